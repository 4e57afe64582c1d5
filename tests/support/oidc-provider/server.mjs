// A real OpenID provider for the end-to-end tests: npm `oidc-provider` on a loopback port.
//
// Environment: PORT (0 picks a free one), CLIENTS (JSON list of client metadata), ACCOUNTS (JSON
// object, login name -> claims, laid over the ones below), CLAIMS_IN_ID_TOKEN=1 (claims ride in the
// ID token instead of userinfo only). Prints `listening <issuer>` once it serves.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const accounts = {
  alice: person('Alice', 'Archer'),
  bob: person('Bob', 'Baker'),
  // Claims somebody else's address without having proved it.
  mallory: { ...person('Mallory', 'Mason'), email: 'alice@example.org', email_verified: false },
  nomail: { given_name: 'Nora', family_name: 'Mailless' },
  noname: { email: 'noname@example.org', email_verified: true },
  ...JSON.parse(process.env.ACCOUNTS ?? '{}'),
};

function person(given, family) {
  return {
    email: `${given.toLowerCase()}@example.org`,
    email_verified: true,
    given_name: given,
    family_name: family,
    name: `${given} ${family}`,
    preferred_username: given.toLowerCase(),
  };
}

function capitalised(login) {
  return login.charAt(0).toUpperCase() + login.slice(1).toLowerCase();
}

// Any login works; the ones without an entry get an address made of their name.
function claimsOf(login) {
  return { sub: login, ...(accounts[login] ?? person(capitalised(login), 'Example')) };
}

function signingKey(kind, options, kid, alg) {
  const { privateKey } = generateKeyPairSync(kind, options);
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

const configuration = {
  clients: JSON.parse(process.env.CLIENTS ?? '[]'),
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'given_name', 'family_name', 'preferred_username', 'groups'],
  },
  conformIdTokenClaims: process.env.CLAIMS_IN_ID_TOKEN !== '1',
  cookies: { keys: ['only-for-tests'] },
  features: {
    devInteractions: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => claimsOf(sub) }),
  jwks: {
    keys: [
      signingKey('rsa', { modulusLength: 2048 }, `rsa-${process.pid}`, 'RS256'),
      signingKey('ec', { namedCurve: 'P-256' }, `ec-${process.pid}`, 'ES256'),
    ],
  },
  pkce: { required: () => true },
  ttl: {
    AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600,
  },
  // Consent is granted at once: the stories are about signing in, not about this provider's pages.
  async loadExistingGrant(ctx) {
    const { client, session, params, provider } = ctx.oidc;
    const known = session.grantIdFor(client.clientId);
    if (known) return provider.Grant.find(known);
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    await grant.save();
    return grant;
  },
};

const server = createServer();
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on('request', new Provider(issuer, configuration).callback());
  console.log(`listening ${issuer}`);
});
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => process.exit(0));
});
