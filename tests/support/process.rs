//! Child processes that never outlive the test run.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{LazyLock, mpsc},
    thread,
};

use super::wait::wait_until;

type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// The kernel sends the parent-death signal when the *thread* that forked ends, and tests run on
/// threads of their own: so one thread that lives as long as the process does all the forking.
static FORKER: LazyLock<mpsc::Sender<Order>> = LazyLock::new(|| {
    let (orders, queue) = mpsc::channel::<Order>();
    thread::spawn(move || {
        for (mut command, reply) in queue {
            let _ = reply.send(command.spawn());
        }
    });
    orders
});

/// A running child in a process group of its own; the whole group is stopped when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    farewell: &'static str,
}

impl Process {
    /// The command line for `program` that ends with us, however we end.
    pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    }

    /// Starts `command`, its output appended to the file `log`.
    pub(crate) fn spawn(mut command: Command, log: &Path) -> Self {
        let output = File::options()
            .create(true)
            .append(true)
            .open(log)
            .expect("the log opens");
        let errors = output.try_clone().expect("the log opens twice");
        command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0);
        let described = format!("{command:?}");
        let (reply, answer) = mpsc::channel();
        FORKER
            .send((command, reply))
            .expect("the forking thread lives");
        let spawned = answer.recv().expect("the forking thread answers");
        let child = spawned.unwrap_or_else(|error| panic!("{described} does not start: {error}"));
        Self {
            child,
            farewell: "KILL",
        }
    }

    /// Names the signal that is sent on drop, for servers that must tidy up after themselves.
    pub(crate) fn with_farewell(mut self, signal: &'static str) -> Self {
        self.farewell = signal;
        self
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends `signal` ("TERM", "STOP", …) to the process and its group.
    pub(crate) fn signal(&self, signal: &str) {
        // The shell's own `kill`: not every machine has the program.
        let group = format!("kill -s {signal} -- -{}", self.child.id());
        let sent = Command::new("sh")
            .args(["-c", &group])
            .stderr(Stdio::null())
            .status();
        sent.expect("a shell runs");
    }

    /// How the process ended, when it did.
    pub(crate) fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the child can be waited for")
    }

    /// Asks the process to end and waits until it has.
    pub(crate) async fn stop(&mut self) -> ExitStatus {
        if let Some(status) = self.exited() {
            return status;
        }
        self.signal("TERM");
        wait_until("a process to end after SIGTERM", async || self.exited()).await
    }

    /// Ends the process as a crash would.
    pub(crate) fn kill(&mut self) {
        self.farewell("KILL");
    }

    fn farewell(&mut self, signal: &str) {
        if self.child.try_wait().ok().flatten().is_none() {
            self.signal(signal);
            // A stopped process gets no other signal before it is continued.
            self.signal("CONT");
            let _ = self.child.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.farewell(self.farewell);
    }
}
