// A real OpenID provider for the end-to-end tests: npm `oidc-provider` on a loopback port.
//
// Environment: PORT (0 picks a free one), CLIENTS (JSON list of client metadata), ACCOUNTS (JSON
// object, login name -> claims, laid over those of people.mjs), CLAIMS_IN_ID_TOKEN=1 (claims ride in
// the ID token instead of userinfo only), SHAPE (plain, google or microsoft), TENANT (microsoft's),
// ACCESS_TOKEN_TTL in seconds. Prints `listening <issuer>` once it serves.
//
// GET /counters tells how often each endpoint was asked: token (codes), refresh, userinfo, jwks,
// discovery, revocation. Back-channel logout and rotation of refresh tokens are always on.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

import { shapes } from './shapes.mjs';

const shape = shapes[process.env.SHAPE || 'plain'](process.env);
const claimsInIdToken = shape.claimsInIdToken || process.env.CLAIMS_IN_ID_TOKEN === '1';

const counters = {};
// The states of requests that asked for offline access, then the grants they led to: which scope
// or parameter asks for it differs per shape.
const offlineStates = new Set();
const offlineGrants = new Set();

function signingKey(kind, options, kid, alg) {
  const { privateKey } = generateKeyPairSync(kind, options);
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

function configuration(port) {
  // Cookies know no ports: two providers in one browser must not take each other's away.
  const cookie = (name) => `_${name}_${port}`;
  return {
    clients: JSON.parse(process.env.CLIENTS ?? '[]'),
    claims: shape.claims,
    conformIdTokenClaims: !claimsInIdToken,
    cookies: {
      keys: ['only-for-tests'],
      names: { interaction: cookie('interaction'), resume: cookie('resume'), session: cookie('session') },
    },
    expiresWithSession: async () => false,
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: shape.signOut },
    },
    findAccount: (_ctx, login) => ({
      accountId: login,
      claims: () => ({ sub: login, ...shape.claimsOf(login) }),
    }),
    issueRefreshToken: async (_ctx, client, code) => client.grantTypeAllowed('refresh_token')
      && offlineGrants.has(code.grantId),
    jwks: {
      keys: [
        signingKey('rsa', { modulusLength: 2048 }, `rsa-${process.pid}`, 'RS256'),
        signingKey('ec', { namedCurve: 'P-256' }, `ec-${process.pid}`, 'ES256'),
      ],
    },
    pairwiseIdentifier: async (_ctx, login, client) => shape.subject(login, client.clientId),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    routes: shape.routes,
    subjectTypes: [shape.subject ? 'pairwise' : 'public'],
    ttl: {
      AccessToken: Number(process.env.ACCESS_TOKEN_TTL || 600),
      AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, RefreshToken: 3600, Session: 3600,
    },
    loadExistingGrant,
  };
}

// Consent is granted at once: the stories are about signing in, not about this provider's pages.
async function loadExistingGrant(ctx) {
  const { client, session, params, provider } = ctx.oidc;
  const known = session.grantIdFor(client.clientId);
  const grant = (known && await provider.Grant.find(known))
    || new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(params.scope);
  const id = await grant.save();
  if (offlineStates.has(params.state)) offlineGrants.add(id);
  return grant;
}

async function count(ctx, next) {
  const asked = new URL(ctx.href).searchParams;
  if (asked.has('state') && shape.asksForOffline(asked)) offlineStates.add(asked.get('state'));
  await next();
  if (!ctx.oidc?.route) return;
  const refresh = ctx.oidc.route === 'token' && ctx.oidc.params?.grant_type === 'refresh_token';
  const name = refresh ? 'refresh' : ctx.oidc.route;
  counters[name] = (counters[name] ?? 0) + 1;
}

function json(response, document) {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(document));
}

const server = createServer();
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const { port } = server.address();
  const home = `http://127.0.0.1:${port}`;
  const provider = new Provider(`${home}${shape.path}`, configuration(port));
  provider.use(count);
  const serve = provider.callback();
  server.on('request', (request, response) => {
    if (request.url === '/counters') return json(response, counters);
    const alias = shape.alias?.(request.url, home);
    if (alias?.document) return json(response, alias.document);
    const url = alias?.url ?? request.url;
    if (!url.startsWith(shape.path)) {
      response.statusCode = 404;
      return response.end();
    }
    // As the documentation of oidc-provider has it for a mounted provider.
    request.originalUrl = url;
    request.url = url.slice(shape.path.length) || '/';
    return serve(request, response);
  });
  console.log(`listening ${home}${shape.path}`);
});
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => process.exit(0));
});
