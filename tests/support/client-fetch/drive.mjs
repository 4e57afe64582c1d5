// The published JavaScript client does every flow against a running gateway, as a page's script with
// cookies and as a native application with a token.
//
// Environment: GATE (where the gateway's own pages are), MAIL_LOG (what the SMTP server of the tests
// prints). Ends with status 0 and prints `done` when all went as it should.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import ory from '@ory/client-fetch';

const { Configuration, FrontendApi, ResponseError } = ory;
const { GATE, MAIL_LOG } = process.env;
const first = 'wonderland-4711';
const second = 'looking-glass-0815';

/// `fetch` with the cookies of one browser; Node has none.
function browser() {
  const jar = new Map();
  return async (url, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('accept', 'application/json');
    if (jar.size) headers.set('cookie', [...jar].map((pair) => pair.join('=')).join('; '));
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };
}

function native() {
  return (url, init = {}) => fetch(url, { ...init, headers: { ...init.headers, accept: 'application/json' } });
}

const client = (fetchApi) => new FrontendApi(new Configuration({ basePath: GATE, fetchApi }));

/// The value of a form's field.
function field(flow, name) {
  return flow.ui.nodes.find((node) => node.attributes.name === name)?.attributes.value;
}

const csrf = (flow) => ({ csrf_token: field(flow, 'csrf_token') || undefined });

/// The code in the mail to `address` after the first `known` ones; mails that only tell something have none.
async function code(address, known) {
  for (let tries = 0; tries < 300; tries += 1) {
    const lines = readFileSync(MAIL_LOG, 'utf8').split('\n').filter((line) => line.startsWith('{'));
    const mails = lines.map((line) => JSON.parse(line)).filter(({ to }) => to.includes(address));
    const codes = mails.map(({ message }) => /(\d{6}) is /.exec(message)).filter(Boolean);
    if (codes.length > known) return codes[known][1];
    await sleep(100);
  }
  throw new Error('no mail arrives');
}

/// What the gateway refuses with, as the client hands it over.
async function refused(promise, status) {
  const error = await promise.then(() => undefined, (error) => error);
  assert.ok(error instanceof ResponseError, `${error}`);
  assert.equal(error.response.status, status);
  return error.response.json();
}

/// Every flow of a script in a browser.
async function inBrowser(email) {
  const api = client(browser());
  const traits = { email, name: { first: 'Alice', last: 'Archer' } };

  let flow = await api.createBrowserRegistrationFlow();
  const register = (password) => api.updateRegistrationFlow({
    flow: flow.id,
    updateRegistrationFlowBody: { method: 'password', password, traits, ...csrf(flow) },
  });
  const rejected = await refused(register('short'), 400);
  assert.ok(rejected.ui.nodes.some(({ messages }) => messages.length), 'the field is complained about');
  const registered = await register(first);
  assert.equal(registered.session, undefined, 'the address is proved first');
  assert.equal(registered.identity.traits.email, email);
  const next = registered.continue_with.find(({ action }) => action === 'show_verification_ui');
  assert.equal(next.flow.verifiable_address, email);

  const verification = await api.getVerificationFlow({ id: next.flow.id });
  const verified = await api.updateVerificationFlow({
    flow: verification.id,
    updateVerificationFlowBody: { method: 'code', code: await code(email, 0), ...csrf(verification) },
  });
  assert.equal(verified.state, 'passed_challenge');
  await refused(api.toSession(), 401);
  flow = await api.createBrowserLoginFlow();
  const login = (password) => api.updateLoginFlow({
    flow: flow.id,
    updateLoginFlowBody: { method: 'password', identifier: email, password, ...csrf(flow) },
  });
  await login(first);
  const session = await api.toSession();
  assert.equal(session.identity.verifiable_addresses[0].verified, true);
  assert.ok(session.authenticated_at instanceof Date, 'times are read');

  const settings = await api.createBrowserSettingsFlow();
  const named = { ...traits, name: { first: 'Alicia', last: 'Archer' } };
  const saved = await api.updateSettingsFlow({
    flow: settings.id,
    updateSettingsFlowBody: { method: 'profile', traits: named, ...csrf(settings) },
  });
  assert.equal(saved.state, 'success');
  assert.equal(saved.identity.traits.name.first, 'Alicia');
  const changed = await api.updateSettingsFlow({
    flow: saved.id,
    updateSettingsFlowBody: { method: 'password', password: second, ...csrf(saved) },
  });
  assert.equal(changed.state, 'success');
  assert.ok(Array.isArray(await api.listMySessions()));

  const logout = await api.createBrowserLogoutFlow();
  await api.updateLogoutFlow({ token: logout.logout_token });
  await refused(api.toSession(), 401);

  flow = await api.createBrowserLoginFlow();
  const wrong = await refused(login(first), 400);
  // The second one is for everybody: a newcomer opens the mail first.
  assert.deepEqual(wrong.ui.messages.map(({ id }) => id), [4000006, 1990015]);
  assert.equal((await login(second)).session.active, true);
  await refused(api.createBrowserLoginFlow(), 400);

  const visitor = client(browser());
  const recovery = await visitor.createBrowserRecoveryFlow();
  const recover = (body) => visitor.updateRecoveryFlow({
    flow: recovery.id,
    updateRecoveryFlowBody: { method: 'code', ...body, ...csrf(recovery) },
  });
  assert.equal((await recover({ email })).state, 'sent_email');
  const gone = await refused(recover({ code: await code(email, 1) }), 422);
  assert.equal(gone.error.id, 'browser_location_change_required');
  assert.match(gone.redirect_browser_to, /\/settings\?flow=/);
  assert.equal((await visitor.toSession()).identity.traits.email, email);
  await refused(api.toSession(), 401);
}

/// A sign-in with a code that is mailed, and nothing else.
async function byMail(email, known) {
  const api = client(browser());
  const flow = await api.createBrowserLoginFlow();
  const enter = (fields) => api.updateLoginFlow({
    flow: flow.id,
    updateLoginFlowBody: { method: 'code', ...fields, ...csrf(flow) },
  });
  const sent = await refused(enter({ identifier: email }), 400);
  assert.equal(sent.state, 'sent_email');
  const asked = await api.getLoginFlow({ id: flow.id });
  assert.ok(asked.ui.nodes.some(({ attributes }) => attributes.autocomplete === 'one-time-code'));
  const { session } = await enter({ code: await code(email, known) });
  assert.deepEqual(session.authentication_methods.map(({ method }) => method), ['code']);
}

/// Every flow of a native application.
async function inApplication(email) {
  const api = client(native());
  const traits = { email, name: { first: 'Bob', last: 'Baker' } };

  const registration = await api.createNativeRegistrationFlow();
  const registered = await api.updateRegistrationFlow({
    flow: registration.id,
    updateRegistrationFlowBody: { method: 'password', password: first, traits },
  });
  assert.equal(registered.session_token, undefined, 'the address is proved first');

  const next = registered.continue_with.find(({ action }) => action === 'show_verification_ui');
  const verification = await api.getVerificationFlow({ id: next.flow.id });
  const verified = await api.updateVerificationFlow({
    flow: verification.id,
    updateVerificationFlowBody: { method: 'code', code: await code(email, 0) },
  });
  assert.equal(verified.state, 'passed_challenge');
  const enter = async (password) => {
    const login = await api.createNativeLoginFlow();
    const entered = await api.updateLoginFlow({
      flow: login.id,
      updateLoginFlowBody: { method: 'password', identifier: email, password },
    });
    return entered.session_token;
  };
  let xSessionToken = await enter(first);

  const settings = await api.createNativeSettingsFlow({ xSessionToken });
  const changed = await api.updateSettingsFlow({
    flow: settings.id,
    xSessionToken,
    updateSettingsFlowBody: { method: 'password', password: second },
  });
  assert.equal(changed.state, 'success');

  await api.performNativeLogout({ performNativeLogoutBody: { session_token: xSessionToken } });
  await refused(api.toSession({ xSessionToken }), 401);
  xSessionToken = await enter(second);
  assert.equal((await api.toSession({ xSessionToken })).active, true);

  const recovery = await api.createNativeRecoveryFlow();
  const recover = (body) => api.updateRecoveryFlow({
    flow: recovery.id,
    updateRecoveryFlowBody: { method: 'code', ...body },
  });
  assert.equal((await recover({ email })).state, 'sent_email');
  const passed = await recover({ code: await code(email, 1) });
  assert.equal(passed.state, 'passed_challenge');
  const told = Object.fromEntries(passed.continue_with.map((one) => [one.action, one]));
  const token = told.set_ory_session_token.ory_session_token;
  assert.equal((await api.toSession({ xSessionToken: token })).identity.traits.email, email);
  const again = await api.getSettingsFlow({ id: told.show_settings_ui.flow.id, xSessionToken: token });
  assert.equal(again.identity.id, registered.identity.id);
  await refused(api.toSession({ xSessionToken }), 401);
}

await inBrowser('alice@example.org');
await byMail('alice@example.org', 2);
await inApplication('bob@example.org');
console.log('done');
