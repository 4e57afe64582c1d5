// Small comforts of the console; everything works without them.
addEventListener('keydown', event => {
  const menu = event.key === 'Escape' && document.querySelector('.small-menu[open]');
  if (menu) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
