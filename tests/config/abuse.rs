//! Mistakes in `[captcha]` and `[security_headers]`.

use portcullis::config::CaptchaFlow;

use crate::Folder;

fn refused(text: &str, expected: &str) {
    let told = Folder::with(text).refused();
    assert!(told.contains(expected), "expected {expected}\ntold {told}");
}

/// KC-140.
#[test]
fn a_captcha_has_what_its_service_asks_for() {
    let with = |lines: &str| format!("[captcha]\nprovider = \"hcaptcha\"\n{lines}\n");
    refused(
        &with("secret = \"s\""),
        "captcha.site_key: the service needs to know the site",
    );
    refused(
        &with("site_key = \"k\""),
        "captcha.secret: no answer can be judged without it",
    );
    let keys = "site_key = \"k\"\nsecret = \"s\"";
    refused(
        &with(&format!("{keys}\nflows = []")),
        "captcha.flows: no form asks for it",
    );
    refused(
        &with(&format!("{keys}\nflows = [\"settings\"]")),
        "settings",
    );
    refused(
        &with(&format!("{keys}\nmin_score = 5.0")),
        "captcha.min_score: scores reach from",
    );
    let plain = format!("{keys}\nverify_url = \"http://captcha.example.org/\"");
    refused(
        &with(&plain),
        "captcha.verify_url: the secret would travel in the clear",
    );

    let folder = Folder::with(&with(
        "site_key = \"k\"\nsecret_file = \"captcha\"\nflows = [\"login\", \"recovery\"]\n\
         verify_url = \"http://127.0.0.1:9/\"",
    ));
    let folder = folder.and("captcha", "s3cret\n");
    let captcha = folder.load().unwrap().config.captcha;
    assert_eq!(captcha.secret.unwrap().expose(), "s3cret");
    assert_eq!(captcha.flows, [CaptchaFlow::Login, CaptchaFlow::Recovery]);
}

/// KC-141.
#[test]
fn what_frames_own_pages_is_an_origin() {
    let with = |line: &str| format!("[security_headers]\n{line}\n");
    for bad in [
        "portal.example.org",
        "https://portal.example.org/",
        "*",
        "https://a b",
    ] {
        let line = format!("frame_ancestors = [\"{bad}\"]");
        refused(&with(&line), "security_headers.frame_ancestors[0]: ");
    }
    for bad in ["frame-ancestors *", "img-src *, *", "Img_src *"] {
        let line = format!("content_security_policy = \"{bad}\"");
        refused(&with(&line), "security_headers.content_security_policy: ");
    }
    for bad in ["camera", "camera=none", "Camera=()", "camera=(self;)"] {
        let line = format!("permissions_policy = \"{bad}\"");
        refused(&with(&line), "security_headers.permissions_policy: ");
    }
    let folder = Folder::with(&with(
        "permissions_policy = \"geolocation=(self), camera=*\"\n\
         frame_ancestors = [\"'self'\", \"https://portal.example.org\"]\n\
         content_security_policy = \"img-src 'self'; font-src https://a.example.org ;\"",
    ));
    let headers = folder.load().unwrap().config.security_headers;
    let directives = headers.directives();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let features = [pair("geolocation", "(self)"), pair("camera", "*")];
    assert_eq!(headers.permissions(), features);
    assert_eq!(
        directives,
        [
            pair("img-src", "'self'"),
            pair("font-src", "https://a.example.org")
        ]
    );
}
