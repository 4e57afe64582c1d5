// Small comforts of the console; everything works without them.

// Lists are searched as one types: the same page is asked for its list alone, which takes the old one's place.
for (const form of document.querySelectorAll('form[data-live]')) {
  const list = document.getElementById(form.dataset.live);
  const told = document.getElementById(form.dataset.live + '-told');
  let timer, request, shown;

  const address = () => {
    const url = new URL(form.action);
    for (const [name, value] of new FormData(form)) if (value) url.searchParams.set(name, value);
    return url;
  };
  shown = String(address());

  const search = async () => {
    const url = address();
    if (String(url) === shown) return;
    request?.abort();
    const own = request = new AbortController();
    const part = new URL(url);
    part.searchParams.set('fragment', '1');
    list.setAttribute('aria-busy', 'true');
    try {
      const response = await fetch(part, { signal: own.signal, redirect: 'manual', headers: { accept: 'text/html' } });
      // Whoever is signed out signs in again by the page itself.
      if (response.type === 'opaqueredirect') return form.submit();
      // What cannot be searched for yet may be half of what can: the old list stays.
      if (!response.ok) return;
      const html = await response.text();
      if (own !== request) return;
      list.innerHTML = html;
      shown = String(url);
      history.replaceState(null, '', url);
      told.textContent = list.querySelector('.count, .empty-title')?.textContent ?? '';
    } catch {
      // Aborted, or the network is away: pressing Enter tells.
    } finally {
      if (own === request) list.removeAttribute('aria-busy');
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(search, 200);
  };
  form.addEventListener('input', soon);
  form.addEventListener('change', soon);
}

// Escape closes the menu.
addEventListener('keydown', event => {
  const menu = event.key === 'Escape' && document.querySelector('.small-menu[open]');
  if (menu) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
// What is shown once is copied with one press.
for (const button of document.querySelectorAll('button[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  if (!field || !navigator.clipboard) continue;
  const label = button.textContent;
  button.hidden = false;
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(field.value ?? field.textContent);
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; }, 2000);
    } catch {
      getSelection().selectAllChildren(field);
      field.select?.();
    }
  });
}
