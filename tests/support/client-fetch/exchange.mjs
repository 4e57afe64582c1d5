// The published JavaScript client signs somebody in through a provider, as a native application.
//
// Environment: GATE (where the gateway's own pages are), RETURN_TO (the application's own address).
// Prints the page that a browser has to open, and reads the code that it came back with from its
// input. Ends with status 0 and prints `done` when all went as it should.

import assert from 'node:assert/strict';
import { createInterface } from 'node:readline/promises';
import ory from '@ory/client-fetch';

const { Configuration, FrontendApi, ResponseError } = ory;
const { GATE, RETURN_TO } = process.env;
const api = new FrontendApi(new Configuration({ basePath: GATE }));

const flow = await api.createNativeLoginFlow({ returnSessionTokenExchangeCode: true, returnTo: RETURN_TO });
const initCode = flow.session_token_exchange_code;
assert.ok(initCode, 'the flow comes with a code');

const leave = api.updateLoginFlow({
  flow: flow.id,
  updateLoginFlowBody: { method: 'oidc', provider: 'one' },
});
const error = await leave.then(() => undefined, (error) => error);
assert.ok(error instanceof ResponseError, `${error}`);
assert.equal(error.response.status, 422);
const { redirect_browser_to: page } = await error.response.json();
console.log(page);

const lines = createInterface({ input: process.stdin });
const [returnToCode] = await new Promise((resolve) => lines.once('line', (line) => resolve([line])));
lines.close();
const exchanged = await api.exchangeSessionToken({ initCode, returnToCode });
const session = await api.toSession({ xSessionToken: exchanged.session_token });
assert.equal(session.id, exchanged.session.id);
assert.equal(session.identity.traits.email, 'bob@example.org');
const again = await api.exchangeSessionToken({ initCode, returnToCode }).then(() => undefined, (error) => error);
assert.equal(again.response.status, 404, 'codes are good once');
await api.performNativeLogout({ performNativeLogoutBody: { session_token: exchanged.session_token } });
console.log('done');
