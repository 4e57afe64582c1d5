// Small comforts of the console; everything works without them.
for (const control of document.querySelectorAll('.filters select, .filters input')) {
  control.addEventListener('change', () => control.form.requestSubmit());
}
