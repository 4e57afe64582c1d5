// Lists are searched as one types: the same page is asked for its list alone, which takes the old one's place.
// Without this script the same form is sent by Enter.
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
    request?.abort();
    if (String(url) === shown) {
      delete list.dataset.stale;
      return;
    }
    const own = request = new AbortController();
    const part = new URL(url);
    part.searchParams.set('fragment', '1');
    list.setAttribute('aria-busy', 'true');
    try {
      const response = await fetch(part, { signal: own.signal, redirect: 'manual', headers: { accept: 'text/html' } });
      // Whoever is signed out signs in again by the page itself.
      if (response.type === 'opaqueredirect') return form.submit();
      // What cannot be searched for yet may be half of what can: the old list stays, and is seen to be old.
      if (!response.ok) {
        list.dataset.stale = '';
        told.textContent = form.dataset.odd ?? '';
        return;
      }
      const html = await response.text();
      if (own !== request) return;
      list.innerHTML = html;
      delete list.dataset.stale;
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
