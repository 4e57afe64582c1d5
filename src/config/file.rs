//! Reads what configuration names by file: secrets, URLs with passwords, schemas.
//!
//! Relative names count from the folder of the file they are written in, or from the working
//! directory where there is none.

use std::{
    fs,
    path::{Path, PathBuf},
};

use portcullis_core::secret::Secret;

use super::{
    Config, Identity, Provider, connection::ConnectionUrl, finding::Check,
    schema_folder::SchemaFolder,
};

/// Makes every file name absolute or relative to the working directory, and reads what it holds.
pub(super) fn read_all(config: &mut Config, folder: &Path, check: &mut Check<'_>) {
    let tls = &mut config.listen.tls;
    settle(&mut tls.certificate_file, folder);
    settle(&mut tls.key_file, folder);

    let store = &mut config.store;
    settle(&mut store.url_file, folder);
    if let Some(url) = read_url(store.url_file.as_deref(), &mut check.under("store")) {
        store.url = url;
    }
    store.url = store.url.settled(folder);
    let redis = &mut config.redis;
    settle(&mut redis.url_file, folder);
    if let Some(url) = read_url(redis.url_file.as_deref(), &mut check.under("redis")) {
        redis.url = Some(url);
    }

    let mail = &mut config.mail;
    settle(&mut mail.ca_file, folder);
    settle(&mut mail.template_dir, folder);
    settle(&mut mail.url_file, folder);
    if let Some(url) = read_url(mail.url_file.as_deref(), &mut check.under("mail")) {
        mail.url = Some(url);
    }

    read_outbound(config, folder, &mut check.under("outbound"));
    settle(&mut config.messages.dir, folder);
    settle(&mut config.identity.password.breached.file, folder);

    let session = &mut config.session;
    settle(&mut session.secret_file, folder);
    let key = &mut check.under("session");
    read_secret(
        session.secret_file.as_deref(),
        &mut session.secret,
        &mut key.under("secret_file"),
    );

    let captcha = &mut config.captcha;
    settle(&mut captcha.secret_file, folder);
    read_secret(
        captcha.secret_file.as_deref(),
        &mut captcha.secret,
        &mut check.under("captcha").under("secret_file"),
    );

    if !config.providers_dir.as_os_str().is_empty() {
        config.providers_dir = folder.join(&config.providers_dir);
    }
    let tokens = &mut config.tokens;
    settle(&mut tokens.keys_file, folder);
    read_secrets(
        tokens.keys_file.as_deref(),
        &mut tokens.keys,
        &mut check.under("tokens").under("keys_file"),
    );

    for (id, provider) in &mut config.providers {
        let drop_in = config.drop_ins.get(id).and_then(|file| file.parent());
        let mut check = check.under("providers");
        read_provider(provider, drop_in.unwrap_or(folder), &mut check.under(id));
    }
    read_terms(config, folder, &mut check.under("required_actions"));
    read_schemas(&mut config.identity, folder, &mut check.under("identity"));
}

fn read_schemas(identity: &mut Identity, folder: &Path, check: &mut Check<'_>) {
    for (index, schema) in identity.schemas.iter_mut().enumerate() {
        settle(&mut schema.file, folder);
        schema.read(&mut check.under("schemas").item(index));
    }
    settle(&mut identity.schemas_dir, folder);
    if let Some(folder) = &identity.schemas_dir {
        identity.folder = SchemaFolder::read(folder, &mut check.under("schemas_dir"));
    }
}

/// Reads the secrets of one provider, and its certificate.
pub(super) fn read_provider(provider: &mut Provider, folder: &Path, check: &mut Check<'_>) {
    settle(&mut provider.client_secret_file, folder);
    read_secret(
        provider.client_secret_file.as_deref(),
        &mut provider.client_secret,
        &mut check.under("client_secret_file"),
    );
    settle(&mut provider.private_key_file, folder);
    read_secret(
        provider.private_key_file.as_deref(),
        &mut provider.private_key,
        &mut check.under("private_key_file"),
    );
    settle(&mut provider.certificate_file, folder);
    if let Some(file) = &provider.certificate_file {
        match read_line(file) {
            Ok(text) => provider.certificate = Some(text),
            Err(reason) => check.under("certificate_file").problem(reason),
        }
    }
}

fn settle(file: &mut Option<PathBuf>, folder: &Path) {
    if let Some(file) = file {
        *file = folder.join(&*file);
    }
}

fn read_url(file: Option<&Path>, check: &mut Check<'_>) -> Option<ConnectionUrl> {
    let mut check = check.under("url_file");
    let parsed = read_line(file?).and_then(|text| ConnectionUrl::parse(&text));
    parsed.map_err(|reason| check.problem(reason)).ok()
}

fn read_secret(file: Option<&Path>, secret: &mut Option<Secret>, check: &mut Check<'_>) {
    let Some(file) = file else { return };
    match read_line(file) {
        Ok(text) => *secret = Some(Secret::new(text)),
        Err(reason) => check.problem(reason),
    }
}

fn read_outbound(config: &mut Config, folder: &Path, check: &mut Check<'_>) {
    let outbound = &mut config.outbound;
    settle(&mut outbound.ca_file, folder);
    settle(&mut outbound.proxy_file, folder);
    let Some(file) = outbound.proxy_file.as_deref() else {
        return;
    };
    match read_line(file).and_then(|text| ConnectionUrl::parse(&text)) {
        Ok(url) => outbound.proxy = Some(url),
        Err(reason) => check.under("proxy_file").problem(reason),
    }
}

/// Reads the texts of terms.
fn read_terms(config: &mut Config, folder: &Path, check: &mut Check<'_>) {
    for (alias, action) in &mut config.required_actions {
        settle(&mut action.text_file, folder);
        let Some(file) = &action.text_file else {
            continue;
        };
        match fs::read_to_string(file) {
            Ok(text) => action.text = Some(text),
            Err(error) => check
                .under(alias)
                .under("text_file")
                .problem(format!("{}: {error}", file.display())),
        }
    }
}

fn read_secrets(file: Option<&Path>, secrets: &mut Vec<Secret>, check: &mut Check<'_>) {
    let Some(file) = file else { return };
    match read_line(file) {
        Ok(text) => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            *secrets = lines.map(Secret::new).collect();
        }
        Err(reason) => check.problem(reason),
    }
}

/// The file's text without the line end that editors add.
fn read_line(file: &Path) -> Result<String, String> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
    let text = text.trim_end_matches(['\r', '\n']);
    match text.is_empty() {
        true => Err(format!("{name} is empty; write the secret into it")),
        false => Ok(text.to_owned()),
    }
}
