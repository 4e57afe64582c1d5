// A real SMTP server for the end-to-end tests: npm `smtp-server` on a loopback port.
//
// Environment: LOGIN (`name:password`; without it nobody signs in), REFUSALS (how many mails are
// refused for now, with 451, before the first is taken), CERTIFICATE and KEY (PEM files; with them it
// offers STARTTLS), SECURE (encrypted from the first byte). Prints `listening <port>` once it serves,
// `connected` and `sign-in` when that happens, then one JSON line per mail: from, to, the whole
// message, who signed in, and whether the connection was encrypted.

import { readFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const login = process.env.LOGIN;
let refusals = Number(process.env.REFUSALS ?? 0);

const { CERTIFICATE: certificate, KEY: key, SECURE: secure } = process.env;
const missing = [...(login ? [] : ['AUTH']), ...(certificate ? [] : ['STARTTLS'])];
const server = new SMTPServer({
  ...(certificate && { cert: readFileSync(certificate), key: readFileSync(key) }),
  secure: Boolean(secure),
  authOptional: !login,
  allowInsecureAuth: true,
  disabledCommands: missing,
  onConnect(_session, done) {
    console.log('connected');
    return done();
  },
  onAuth({ username, password }, _session, done) {
    console.log('sign-in');
    if (`${username}:${password}` !== login) return done(new Error('wrong'));
    return done(null, { user: username });
  },
  onData(stream, session, done) {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      if (refusals > 0) {
        refusals -= 1;
        return done(Object.assign(new Error('not now'), { responseCode: 451 }));
      }
      const { mailFrom, rcptTo } = session.envelope;
      const message = Buffer.concat(chunks).toString();
      const to = rcptTo.map(({ address }) => address);
      console.log(JSON.stringify({ from: mailFrom.address, to, message, user: session.user ?? null, encrypted: Boolean(session.secure) }));
      return done();
    });
  },
});

server.listen(0, '127.0.0.1', () => console.log(`listening ${server.server.address().port}`));
server.on('error', () => {});
process.on('SIGTERM', () => server.close(() => process.exit(0)));
