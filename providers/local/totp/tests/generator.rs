//! Codes, by the vectors of RFC 6238 and by another hand.

use jiff::Timestamp;
use proptest::prelude::*;

use super::{
    super::generator::{Digest, Generator, Parameters},
    app::{RFC, shown_by_app},
};

#[test]
fn the_codes_are_those_of_rfc_6238() {
    let seeds = [
        (
            Digest::Sha1,
            20,
            [
                "94287082", "07081804", "14050471", "89005924", "69279037", "65353130",
            ],
        ),
        (
            Digest::Sha256,
            32,
            [
                "46119246", "68084774", "67062674", "91819424", "90698825", "77737706",
            ],
        ),
        (
            Digest::Sha512,
            64,
            [
                "90693936", "25091201", "99943326", "93441116", "38618901", "47863826",
            ],
        ),
    ];
    let moments = [
        59,
        1_111_111_109,
        1_111_111_111,
        1_234_567_890,
        2_000_000_000,
        20_000_000_000,
    ];
    for (algorithm, length, codes) in seeds {
        let seed: Vec<u8> = b"1234567890".iter().copied().cycle().take(length).collect();
        let parameters = Parameters {
            algorithm,
            digits: 8,
            period: 30,
        };
        let generator = Generator::new(parameters, seed).unwrap();
        for (moment, code) in moments.into_iter().zip(codes) {
            let at = Timestamp::from_second(moment).unwrap();
            let step = u64::try_from(moment).unwrap() / 30;
            assert_eq!(
                generator.step(code, at),
                Some(step),
                "{algorithm:?} {moment}"
            );
        }
    }
    let at = Timestamp::from_second(59).unwrap();
    assert_eq!(
        shown_by_app(RFC, at),
        "287082",
        "the tests' own app is right"
    );
}

#[test]
fn a_code_is_right_one_step_before_and_after_and_no_longer() {
    let generator = Generator::of_base32(Parameters::default(), RFC).unwrap();
    let at = |second| Timestamp::from_second(second).unwrap();
    let code = shown_by_app(RFC, at(3000));
    for (second, step) in [
        (2969, None),
        (2970, Some(100)),
        (3000, Some(100)),
        (3029, Some(100)),
        (3059, Some(100)),
        (3060, None),
    ] {
        assert_eq!(generator.step(&code, at(second)), step, "{second}");
    }
    let (front, back) = code.split_at(3);
    assert_eq!(
        generator.step(&format!("{front} {back}"), at(3000)),
        Some(100)
    );
    assert_eq!(generator.step(front, at(3000)), None);
    assert_eq!(generator.step(&format!("+{}", &code[1..]), at(3000)), None);
}

proptest! {
    #[test]
    fn no_code_makes_the_generator_panic(code in ".{0,40}", second in 0_i64..250_000_000_000) {
        let generator = Generator::of_base32(Parameters::default(), RFC).unwrap();
        let at = Timestamp::from_second(second).unwrap();
        prop_assert!(generator.step(&code, at).is_none() || code.chars().filter(|c| c.is_ascii_digit()).count() == 6);
    }

    #[test]
    fn the_apps_of_others_agree(bytes in proptest::collection::vec(0_u8.., 20), second in 0_i64..20_000_000_000) {
        let generator = Generator::new(Parameters::default(), bytes).unwrap();
        let at = Timestamp::from_second(second).unwrap();
        let code = shown_by_app(&generator.base32(), at);
        prop_assert!(generator.step(&code, at).is_some());
    }

    #[test]
    fn no_kept_secret_makes_anything_panic(digits in 0_u8.., period in 0_u64.., secret in ".{0,64}") {
        let parameters = Parameters { algorithm: Digest::Sha1, digits, period };
        if let Some(generator) = Generator::of_base32(parameters, &secret) {
            generator.step("123456", Timestamp::UNIX_EPOCH);
            generator.url("here", "anna");
        }
    }
}
