// Asks the captcha service when a form is sent, and sends its answer with the form.
for (const mark of document.querySelectorAll(".unseen-captcha")) {
  const form = mark.closest("form");
  const field = mark.querySelector("input");
  form.addEventListener("submit", (event) => {
    if (field.value || !window.grecaptcha) {
      return;
    }
    event.preventDefault();
    const { sitekey, action } = mark.dataset;
    grecaptcha.ready(async () => {
      field.value = await grecaptcha.execute(sitekey, { action });
      form.requestSubmit(event.submitter);
    });
  });
}
