//! Both lists, asked for what is in them and what is not.

use std::{fs, io::Write, time::Duration};

use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

use super::*;

fn fingerprint(password: &str) -> Fingerprint {
    Sha1::digest(password).into()
}

fn normalised(password: &str) -> Normalised {
    Normalised::new(password).unwrap()
}

async fn server(answer: ResponseTemplate) -> (MockServer, BreachRange) {
    let server = MockServer::start().await;
    // SHA-1 of "password": 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8.
    Mock::given(method("GET"))
        .and(path("/range/5BAA6"))
        .and(header("Add-Padding", "true"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let url = format!("{}/range/", server.uri()).parse().unwrap();
    let client = reqwest::Client::builder().no_proxy();
    let range = BreachRange::new(url, Duration::from_secs(1), client).unwrap();
    (server, range)
}

const LIST: &str = "1D2DA4053E34E76F6576ED1DA63134B5E2A:0\r\n\
    1E4C9B93F3F0682250B6CF8331B7EE68FD8:10437277\r\n\
    1E4C9B93F3F0682250B6CF8331B7EE68FD9:0\r\n";

#[tokio::test]
async fn the_range_server_learns_five_digits_and_tells_how_often() {
    let (server, range) = server(ResponseTemplate::new(200).set_body_string(LIST)).await;
    let count = range.count(&fingerprint("password")).await;
    assert_eq!(count, Ok(10_437_277));
    // Padding counts zero times, and what the list lacks too.
    let mut padding = fingerprint("password");
    padding[19] = 0xd9;
    assert_eq!(range.count(&padding).await, Ok(0));
    padding[19] = 0xda;
    assert_eq!(range.count(&padding).await, Ok(0));
    let asked = server.received_requests().await.unwrap();
    assert!(asked.iter().all(|one| one.url.path() == "/range/5BAA6"));
}

#[tokio::test]
async fn a_list_that_cannot_be_asked_takes_or_refuses_as_configured() {
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    for answer in [
        ResponseTemplate::new(503),
        ResponseTemplate::new(200).set_body_string("<html>no list</html>"),
        slow,
    ] {
        let (_server, range) = server(answer).await;
        let list: Arc<dyn Breaches> = Arc::new(range);
        for (on_failure, told) in [
            (OnFailure::Allow, None),
            (OnFailure::Refuse, Some(4_990_062)),
        ] {
            let check = BreachCheck {
                list: Arc::clone(&list),
                most: 0,
                on_failure,
            };
            let judged = check.judge(&normalised("password")).await;
            assert_eq!(judged.err().map(|message| message.id), told);
        }
    }
}

#[tokio::test]
async fn what_was_found_too_often_is_refused_with_how_often() {
    let (_server, range) = server(ResponseTemplate::new(200).set_body_string(LIST)).await;
    let mut check = BreachCheck {
        list: Arc::new(range),
        most: 0,
        on_failure: OnFailure::Refuse,
    };
    let message = check.judge(&normalised("password")).await.unwrap_err();
    assert_eq!(message.id, 4_000_034);
    assert_eq!(message.context["breaches"], 10_437_277);
    check.most = 10_437_277;
    assert!(check.judge(&normalised("password")).await.is_ok());
}

/// A list of these passwords, each found as often as it has characters.
fn list(folder: &tempfile::TempDir, passwords: &[String], end: &str) -> std::path::PathBuf {
    let mut lines: Vec<String> = passwords
        .iter()
        .map(|one| format!("{}:{}", spelt(&fingerprint(one)), one.len()))
        .collect();
    lines.sort();
    let path = folder.path().join("list.txt");
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(lines.join(end).as_bytes()).unwrap();
    path
}

#[tokio::test]
async fn the_file_is_searched_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    for (many, end) in [
        (1, "\n"),
        (2, "\r\n"),
        (3, "\n"),
        (500, "\r\n"),
        (501, "\n"),
    ] {
        let passwords: Vec<String> = (0..many)
            .map(|n| "x".repeat(n % 7) + &n.to_string())
            .collect();
        let file = BreachFile::open(&list(&folder, &passwords, end)).unwrap();
        for password in &passwords {
            let count = file.count(&fingerprint(password)).await;
            assert_eq!(count, Ok(password.len() as u64), "{password} of {many}");
            let other = format!("{password}!");
            assert_eq!(
                file.count(&fingerprint(&other)).await,
                Ok(0),
                "{other} of {many}"
            );
        }
    }
}

#[tokio::test]
async fn a_file_that_is_no_list_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.txt");
    for content in ["", "\n", "password\n", "5BAA61E4C9:3\n", "{\"json\": true}"] {
        fs::write(&path, content).unwrap();
        assert!(BreachFile::open(&path).is_err(), "{content:?}");
    }
    assert!(BreachFile::open(&folder.path().join("none")).is_err());
    let good = list(&folder, &["password".to_owned()], "\n");
    let file = BreachFile::open(&good).unwrap();
    fs::remove_file(&good).unwrap();
    assert!(file.count(&fingerprint("password")).await.is_err());
}
