//! Commands whose output nobody reads to the end.

use std::{
    io::Read,
    process::{Command, Stdio},
};

#[test]
fn a_command_whose_output_is_not_read_on_ends_quietly() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.args(["openapi", "--plugin", "admin"]);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    // What follows the first bytes is more than a pipe holds.
    let mut output = running.stdout.take().unwrap();
    output.read_exact(&mut [0; 16]).unwrap();
    drop(output);
    let ended = running.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
}
