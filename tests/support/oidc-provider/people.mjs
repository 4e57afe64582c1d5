// Who signs in at the providers: any login works, and those without an entry get an address made of
// their name.

const accounts = {
  alice: person('Alice', 'Archer'),
  bob: person('Bob', 'Baker'),
  // Claims somebody else's address without having proved it.
  mallory: { ...person('Mallory', 'Mason'), email: 'alice@example.org', email_verified: false },
  nomail: { given_name: 'Nora', family_name: 'Mailless' },
  noname: { email: 'noname@example.org', email_verified: true },
};

const told = JSON.parse(process.env.ACCOUNTS ?? '{}');

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

// The claims of a plain provider.
export function plain(login) {
  return told[login] ?? accounts[login] ?? person(capitalised(login), 'Example');
}

// The claims of a shaped provider: the story's own are laid over those made of the name; null
// removes one.
export function laidOver(login, made) {
  const claims = { ...made, ...told[login] };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null));
}

export function named(login) {
  const given = capitalised(login);
  return { given_name: given, family_name: 'Example', name: `${given} Example` };
}
