// The published JavaScript client does everything that the dialect has for administrators against a
// running gateway.
//
// Environment: GATE (where the gateway's own pages are), ADMIN (the admin listener), TOKEN (an access
// token). Ends with status 0 and prints `done` when all went as it should.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import ory from '@ory/kratos-client';

const { Configuration, CourierApi, FrontendApi, IdentityApi, MetadataApi } = ory;
const { GATE, ADMIN, TOKEN } = process.env;
const password = 'wonderland-4711';
const email = 'ada@example.org';

const admin = new Configuration({ basePath: ADMIN, apiKey: `Bearer ${TOKEN}` });
const api = new IdentityApi(admin);
const people = new FrontendApi(new Configuration({ basePath: GATE }));

/// The status with which something is refused.
async function refused(promise) {
  const error = await promise.then(() => undefined, (error) => error);
  assert.ok(error?.response, `${error}`);
  return error.response.status;
}

const traits = (address, first = 'Ada') => ({ email: address, name: { first, last: 'Archer' } });

async function signIn() {
  const { data: flow } = await people.createNativeLoginFlow();
  const { data } = await people.updateLoginFlow({
    flow: flow.id,
    updateLoginFlowBody: { method: 'password', identifier: email, password },
  });
  return data.session;
}

async function identities() {
  const created = await api.createIdentity({
    createIdentityBody: {
      schema_id: 'default',
      traits: traits(email),
      external_id: 'crm-1',
      metadata_public: { shelf: 7 },
      metadata_admin: { note: 'vip' },
      credentials: { password: { config: { password } } },
      verifiable_addresses: [{ value: email, verified: true, via: 'email', status: 'completed' }],
    },
  });
  const { id } = created.data;
  assert.equal(created.status, 201);
  assert.ok(created.headers.location.endsWith(id));
  assert.equal(created.data.verifiable_addresses[0].verified, true);
  const found = await api.getIdentity({ id, includeCredential: ['password'] });
  assert.deepEqual(found.data.metadata_admin, { note: 'vip' });
  assert.deepEqual(found.data.credentials.password.identifiers, [email]);
  const called = await api.getIdentityByExternalID({ externalID: 'crm-1' });
  assert.equal(called.data.id, id);
  const replaced = await api.updateIdentity({
    id,
    updateIdentityBody: { schema_id: 'default', state: 'active', traits: traits(email, 'Augusta') },
  });
  assert.equal(replaced.data.traits.name.first, 'Augusta');
  const patched = await api.patchIdentity({
    id,
    jsonPatch: [{ op: 'replace', path: '/traits/name/first', value: 'Ada' }],
  });
  assert.equal(patched.data.traits.name.first, 'Ada');
  assert.equal(await refused(api.patchIdentity({ id, jsonPatch: [{ op: 'remove', path: '/id' }] })), 400);
  return id;
}

async function many(id) {
  const others = ['bob', 'carol', 'dan'].map((name) => ({
    patch_id: undefined,
    create: { schema_id: 'default', traits: traits(`${name}@example.org`, name) },
  }));
  const twice = { create: { schema_id: 'default', traits: traits(email) } };
  const { data } = await api.batchPatchIdentities({
    patchIdentitiesBody: { identities: [...others, twice] },
  });
  assert.deepEqual(data.identities.map(({ action }) => action), ['create', 'create', 'create', 'error']);
  const seen = [];
  for (let pageToken; ;) {
    const page = await api.listIdentities({ pageSize: 3, pageToken });
    seen.push(...page.data.map((one) => one.id));
    const next = /page_token=([^&>]+)[^>]*>; rel="next"/.exec(page.headers.link ?? '');
    if (!next) break;
    pageToken = decodeURIComponent(next[1]);
  }
  assert.equal(new Set(seen).size, 4);
  assert.ok(seen.includes(id));
  const one = await api.listIdentities({ credentialsIdentifier: email });
  assert.deepEqual(one.data.map((found) => found.id), [id]);
}

async function sessions(id) {
  const [session, other] = [await signIn(), await signIn()];
  const listed = await api.listIdentitySessions({ id, active: true });
  assert.equal(listed.data.length, 2);
  const all = await api.listSessions({ pageSize: 10, active: true, expand: ['identity', 'devices'] });
  assert.equal(all.data.find((one) => one.id === session.id).identity.id, id);
  const found = await api.getSession({ id: session.id, expand: ['identity'] });
  assert.equal(found.data.active, true);
  const longer = await api.extendSession({ id: session.id });
  assert.ok(longer.data.expires_at >= session.expires_at);
  await api.disableSession({ id: other.id });
  const left = await api.listIdentitySessions({ id, active: true });
  assert.deepEqual(left.data.map((one) => one.id), [session.id]);
  await api.deleteIdentitySessions({ id });
  assert.equal((await api.listIdentitySessions({ id, active: true })).data.length, 0);
}

async function recovery(id) {
  const code = await api.createRecoveryCodeForIdentity({
    createRecoveryCodeForIdentityBody: { identity_id: id, expires_in: '1h' },
  });
  assert.equal(code.status, 201);
  assert.match(code.data.recovery_code, /^\d{6}$/);
  assert.ok(code.data.recovery_link.startsWith(GATE));
  const link = await api.createRecoveryLinkForIdentity({
    createRecoveryLinkForIdentityBody: { identity_id: id },
  });
  assert.ok(link.data.recovery_link.startsWith(GATE));
}

async function schemas() {
  const { data: all } = await api.listIdentitySchemas();
  const { data: schema } = await api.getIdentitySchema({ id: all[0].id });
  assert.ok(schema.properties.traits);
}

async function courier() {
  const api = new CourierApi(admin);
  const { data: flow } = await people.createNativeRecoveryFlow();
  const updateRecoveryFlowBody = { method: 'code', email };
  await people.updateRecoveryFlow({ flow: flow.id, updateRecoveryFlowBody });
  let sent = [];
  for (let tries = 0; sent.length === 0; tries += 1) {
    assert.ok(tries < 150, 'the letter is never sent');
    if (tries > 0) await pause(200);
    sent = (await api.listCourierMessages({ pageSize: 10, status: 'sent', recipient: email })).data;
  }
  const { data: letter } = await api.getCourierMessage({ id: sent[0].id });
  assert.equal(letter.recipient, email);
  assert.equal(letter.status, 'sent');
  assert.equal(letter.template_type, 'recovery_code_valid');
  const { data } = await api.listCourierMessages({ pageSize: 10, status: 'abandoned', recipient: email });
  assert.deepEqual(data, []);
  const nobody = '00000000-0000-4000-8000-000000000000';
  assert.equal(await refused(api.getCourierMessage({ id: nobody })), 404);
}

const metadata = new MetadataApi(admin);
const { data: version } = await metadata.getVersion();
assert.equal((await metadata.isAlive()).data.status, 'ok');
assert.equal((await metadata.isReady()).data.status, 'ok');
assert.match(version.version, /^\d/);
const id = await identities();
await many(id);
await sessions(id);
await recovery(id);
await schemas();
await courier();
await api.deleteIdentityCredentials({ id, type: 'password' });
assert.equal((await api.getIdentity({ id })).data.credentials?.password, undefined);
await api.deleteIdentity({ id });
assert.equal(await refused(api.getIdentity({ id })), 404);
assert.equal(await refused(new IdentityApi(new Configuration({ basePath: ADMIN })).listIdentities()), 401);
console.log('done');
