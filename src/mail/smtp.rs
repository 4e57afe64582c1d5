//! The mail server, and mails as it wants them. The only place that names the mail library.

use std::{fs, path::Path, time::Duration};

use jiff::Timestamp;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        AsyncSmtpTransportBuilder,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use portcullis_core::{
    id::MailId,
    mail::{Mail, MailError},
};
use url::Url;

use crate::config::ConnectionUrl;

/// What begins the URL of a server that is spoken to in the clear until both begin to encrypt.
const STARTTLS: &str = "smtp+starttls://";

/// How long one conversation with the server may stall.
const PATIENCE: Duration = Duration::from_secs(20);

/// The mail server cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum MailServerError {
    /// Its URL.
    #[error("[mail] url cannot be used")]
    Url,
    /// The sender.
    #[error("[mail] from is no address")]
    From,
    /// Who vouches for it.
    #[error("[mail] ca_file cannot be used")]
    Authorities,
    /// What mails say.
    #[error("[mail] template_dir: {file}: {reason}")]
    Template {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// A mail server.
#[derive(Clone)]
pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy)]
pub(super) enum Delivery {
    /// The server has it.
    Taken,
    /// The server does not want it.
    Refused,
    /// The server cannot be reached, or wants it later.
    PutOff,
}

impl Smtp {
    pub(super) fn new(
        (url, ca_file): (&ConnectionUrl, Option<&Path>),
        from: &str,
        public_url: &Url,
    ) -> Result<Self, MailServerError> {
        let mut builder = connection(url)?;
        if let Some(tls) = ca_file.map(|file| encryption(url, file)).transpose()? {
            builder = builder.tls(tls);
        }
        let host = public_url.host_str().unwrap_or("localhost").to_owned();
        Ok(Self {
            transport: builder
                .hello_name(ClientId::Domain(host))
                .timeout(Some(PATIENCE))
                .build(),
            from: from.parse().map_err(|_| MailServerError::From)?,
        })
    }

    /// A mail as it goes over the wire. Its name and date are the same however often it is tried, so
    /// that a mailbox that gets it twice can tell.
    pub(super) fn write(
        &self,
        mail: Mail,
        (id, date): (MailId, Timestamp),
    ) -> Result<Message, MailError> {
        let invalid = |reason| MailError::Invalid { reason };
        let to = mail
            .to
            .parse()
            .map_err(|_| invalid("the address is none"))?;
        if mail.subject.contains(char::is_control) {
            return Err(invalid("the subject is more than one line"));
        }
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .date(date.into())
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            // Nobody's holiday answer comes back (RFC 3834, section 5).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        let written = match mail.html {
            Some(html) => message.multipart(MultiPart::alternative_plain_html(mail.text, html)),
            None => message
                .header(lettre::message::header::ContentType::TEXT_PLAIN)
                .body(mail.text),
        };
        written.map_err(|_| invalid("it is no message"))
    }

    /// Hands a mail over.
    pub(super) async fn deliver(&self, message: &Message) -> Delivery {
        // What a server answers may repeat addresses, so none of it is told.
        match self.transport.send(message.clone()).await {
            Ok(_) => Delivery::Taken,
            Err(error) if error.is_permanent() => Delivery::Refused,
            Err(_) => Delivery::PutOff,
        }
    }
}

fn connection(url: &ConnectionUrl) -> Result<AsyncSmtpTransportBuilder, MailServerError> {
    // The library's own spelling of a connection that must become encrypted.
    let spelled = match url.expose().strip_prefix(STARTTLS) {
        Some(rest) => format!("smtp://{rest}?tls=required"),
        None => url.expose().to_owned(),
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&spelled);
    builder.map_err(|_| MailServerError::Url)
}

/// How the connection is encrypted when the certificates of this file may vouch for the server, too.
fn encryption(url: &ConnectionUrl, ca_file: &Path) -> Result<Tls, MailServerError> {
    let parsed = Url::parse(url.expose()).map_err(|_| MailServerError::Url)?;
    let host = parsed.host_str().ok_or(MailServerError::Url)?;
    let pem = fs::read(ca_file).map_err(|_| MailServerError::Authorities)?;
    let authorities = Certificate::from_pem(&pem).map_err(|_| MailServerError::Authorities)?;
    let parameters = TlsParameters::builder(host.to_owned())
        .add_root_certificate(authorities)
        .build()
        .map_err(|_| MailServerError::Authorities)?;
    Ok(match url.scheme() {
        "smtps" => Tls::Wrapper(parameters),
        "smtp" => Tls::None,
        _ => Tls::Required(parameters),
    })
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Smtp(…)")
    }
}

#[cfg(test)]
mod tests {
    use portcullis_core::testing::SeededEntropy;

    use super::*;

    fn smtp() -> Smtp {
        let url = ConnectionUrl::parse("smtp://127.0.0.1:1").unwrap();
        let gate = Url::parse("https://gate.example.org").unwrap();
        Smtp::new((&url, None), "Gate <id@example.org>", &gate).unwrap()
    }

    fn name() -> (MailId, Timestamp) {
        let id = MailId::generate(&SeededEntropy::new(1));
        (id, Timestamp::UNIX_EPOCH)
    }

    fn mail(to: &str, subject: &str, text: &str) -> Mail {
        Mail {
            to: to.to_owned(),
            owner: None,
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: None,
        }
    }

    #[test]
    fn a_mail_has_what_every_mail_has() {
        let message = smtp()
            .write(mail("alice@example.org", "Grüße", "One\nTwo"), name())
            .unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        for part in [
            "From: Gate <id@example.org>\r\n",
            "To: alice@example.org\r\n",
            "Subject: =?utf-8?b?",
            "Date: ",
            "Message-ID: <",
            "Auto-Submitted: auto-generated\r\n",
            "One\r\nTwo",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn nothing_adds_a_header_or_a_receiver() {
        for (to, subject) in [
            ("alice@example.org\r\nBcc: eve@evil.test", "Hello"),
            ("alice@example.org, eve@evil.test", "Hello"),
            ("alice@example.org>\r\nRCPT TO:<eve@evil.test", "Hello"),
            ("alice@example.org", "Hello\r\nBcc: eve@evil.test"),
            ("alice@example.org", "Hello\nBcc: eve@evil.test"),
            ("", "Hello"),
        ] {
            let written = smtp().write(mail(to, subject, "Text"), name());
            assert!(
                matches!(written, Err(MailError::Invalid { .. })),
                "{to:?} {subject:?}"
            );
        }
        let body = "Text\r\n.\r\nMAIL FROM:<eve@evil.test>\r\nBcc: eve@evil.test";
        let message = smtp()
            .write(mail("alice@example.org", "Hello", body), name())
            .unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.contains("eve"), "{head}");
        assert_eq!(message.envelope().to().len(), 1);
    }
}
