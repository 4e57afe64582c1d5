// What a provider looks like from outside: issuer path, claims, subject, what asks for a refresh
// token, and whether it knows signing out.

import { createHash } from 'node:crypto';

import { laidOver, named, plain } from './people.mjs';

const profile = ['name', 'given_name', 'family_name', 'preferred_username', 'groups'];

function digest(...parts) {
  return createHash('sha256').update(parts.join('\n')).digest();
}

// A GUID made of a text.
function guid(text) {
  const hex = digest(text).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

const offlineScope = (asked) => (asked.get('scope') ?? '').split(' ').includes('offline_access');

function plainShape() {
  return {
    path: '',
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile },
    claimsOf: plain,
    asksForOffline: offlineScope,
    signOut: true,
  };
}

// Consent is granted at once here, also where it is asked for anew; who chooses an account signs in
// with it.
function prompted(_, before, asked, after) {
  const words = asked.split('+').filter((word) => word !== 'consent');
  const known = words.map((word) => (word === 'select_account' ? 'login' : word));
  return known.length ? `${before}prompt=${known.join('+')}${after}` : before;
}

// Google: a subject of digits, `hd` for members of a Workspace, no end_session_endpoint, and a
// refresh token for `access_type=offline` only.
function googleShape() {
  return {
    path: '',
    routes: {
      authorization: '/o/oauth2/v2/auth',
      jwks: '/oauth2/v3/certs',
      revocation: '/revoke',
      token: '/token',
      userinfo: '/v1/userinfo',
    },
    claims: { openid: ['sub', 'hd'], email: ['email', 'email_verified'], profile: [...profile, 'picture'] },
    claimsInIdToken: true,
    claimsOf: (login) => laidOver(login, {
      ...named(login), email: `${login}@gmail.com`, email_verified: true,
    }),
    subject: (login) => `1${(digest('google', login).readBigUInt64BE() % 10n ** 20n).toString().padStart(20, '0')}`,
    asksForOffline: (asked) => asked.get('access_type') === 'offline',
    alias: (url) => ({ url: url.replace(/([?&])prompt=([^&]*)(&|$)/, prompted) }),
    signOut: false,
  };
}

// Microsoft: the tenant in the issuer's path, `tid` and `oid`, no `email_verified`, a pairwise
// subject. Below `/common/v2.0` its discovery document has the issuer of no tenant in particular.
function microsoftShape({ TENANT: tenant }) {
  const path = `/${tenant}/v2.0`;
  const shared = ['/common/v2.0', '/organizations/v2.0', '/consumers/v2.0'];
  const discovery = '/.well-known/openid-configuration';
  return {
    path,
    claims: {
      openid: ['sub', 'tid', 'oid', 'ver', 'xms_edov', 'groups', 'hasgroups', 'roles'],
      email: ['email'],
      profile: ['name', 'given_name', 'family_name', 'preferred_username'],
    },
    claimsInIdToken: true,
    claimsOf: (login) => laidOver(login, {
      ...named(login),
      tid: tenant,
      oid: guid(`${tenant} ${login}`),
      ver: '2.0',
      preferred_username: `${login}@contoso.example`,
      email: `${login}@contoso.example`,
    }),
    subject: (login, client) => digest(tenant, client, login).toString('base64url'),
    asksForOffline: offlineScope,
    signOut: true,
    alias(url, home) {
      const below = shared.find((prefix) => url.startsWith(prefix));
      if (!below) return undefined;
      const rest = url.slice(below.length);
      if (!rest.startsWith(discovery)) return { url: `${path}${rest}` };
      const of = (endpoint) => `${home}${path}${endpoint}`;
      return {
        document: {
          issuer: `${home}/{tenantid}/v2.0`,
          authorization_endpoint: of('/auth'),
          token_endpoint: of('/token'),
          userinfo_endpoint: of('/me'),
          jwks_uri: of('/jwks'),
          end_session_endpoint: of('/session/end'),
          response_types_supported: ['code'],
          subject_types_supported: ['pairwise'],
          id_token_signing_alg_values_supported: ['RS256'],
          scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
          code_challenge_methods_supported: ['S256'],
        },
      };
    },
  };
}

export const shapes = { plain: plainShape, google: googleShape, microsoft: microsoftShape };
