//! `email=… username=… password=…`, as those write who come from a tool that takes its parameters so. What
//! is refused is never repeated: it may hold a password.

use super::{CreateAdminAccount, Failure};

impl CreateAdminAccount {
    /// The same with what its words say where its options stand.
    pub(super) fn spelled_out(mut self) -> Result<Self, Failure> {
        for word in std::mem::take(&mut self.words) {
            self.take(&word)?;
        }
        for (key, value) in [("email", &self.email), ("username", &self.username)] {
            if value.is_none() {
                return usage(format!("nothing says the {key}; write {key}=… or --{key}"));
            }
        }
        Ok(self)
    }

    fn take(&mut self, word: &str) -> Result<(), Failure> {
        let (key, value) = word.split_once('=').unwrap_or_default();
        let place = match key {
            "email" => &mut self.email,
            "username" => &mut self.username,
            "password" => return self.password.expose(value.to_owned()),
            _ => {
                return usage(
                    "words are email=…, username=… and password=…; everything else is an option"
                        .to_owned(),
                );
            }
        };
        match place.replace(value.to_owned()) {
            None => Ok(()),
            Some(_) => usage(format!("the {key} is said twice")),
        }
    }
}

fn usage<T>(reason: String) -> Result<T, Failure> {
    Err(Failure::Usage(reason))
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    fn read(words: &[&str]) -> Result<CreateAdminAccount, String> {
        let command = CreateAdminAccount::augment_args(Command::new("create-admin-account"));
        let words = ["create-admin-account"].iter().chain(words);
        let read = command.try_get_matches_from(words);
        let read = read.and_then(|read| CreateAdminAccount::from_arg_matches(&read));
        let account = read.map_err(|error| error.to_string())?;
        account.spelled_out().map_err(|error| error.to_string())
    }

    /// CU-03.
    #[test]
    fn words_stand_for_the_options_of_their_names_and_mix_with_them() {
        let by_options = [
            "--email",
            "a@b.test",
            "--username",
            "a",
            "--password",
            "p=q",
        ];
        let by_words = ["email=a@b.test", "password=p=q", "username=a"];
        let mixed = ["--email=a@b.test", "username=a", "--password", "p=q"];
        for words in [&by_options[..], &by_words, &mixed] {
            let account = read(words).unwrap();
            assert_eq!(account.email.as_deref(), Some("a@b.test"), "{words:?}");
            assert_eq!(account.username.as_deref(), Some("a"), "{words:?}");
            let password = account.password.password.as_deref();
            assert_eq!(password, Some("p=q"), "{words:?}");
        }
    }

    /// CU-03.
    #[test]
    fn words_that_nobody_reads_are_refused_and_not_repeated() {
        let whole = ["email=a@b.test", "username=a"];
        for (words, reason) in [
            (&["passwort=hush"][..], "words are email=…"),
            (&["hush"], "words are email=…"),
            (&["name=hush"], "words are email=…"),
            (&["email=hush"], "the email is said twice"),
            (&["--username", "hush"], "the username is said twice"),
            (&["password=hush", "password=hush"], "one place only"),
            (&["password=hush", "--password-stdin"], "one place only"),
        ] {
            let refused = read(&[&whole[..], words].concat()).unwrap_err();
            assert!(refused.contains(reason), "{words:?}: {refused}");
            assert!(!refused.contains("hush"), "{words:?}: {refused}");
        }
        let alone = read(&["email=a@b.test"]).unwrap_err();
        assert!(alone.contains("nothing says the username"), "{alone}");
        assert!(read(&[]).unwrap_err().contains("--email"));
    }
}
