//! Writes log lines from a thread of its own, so that a request never waits for a terminal. Handing
//! a line over takes no lock: the queue is bounded and without one, and its reader sleeps outside of
//! it. What finds no room is dropped, counted and told.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, Thread},
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// How many bytes may wait to be written.
const CAPACITY: usize = 4 << 20;
/// How many lines may wait to be written.
const LINES: usize = 16 << 10;
/// How much is written at once.
const BATCH: usize = 64 << 10;
/// How long lines are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(20);
/// How long the end may wait for a terminal that takes no more.
const LAST: Duration = Duration::from_secs(2);

/// Takes lines and writes them later.
#[derive(Debug, Clone)]
pub struct LineWriter(Arc<Entry>);

/// Writes what is left when it is dropped.
#[derive(Debug)]
pub struct Flush {
    waiting: Arc<Waiting>,
    thread: Thread,
    /// Hangs up when everything is written.
    done: Receiver<()>,
}

#[derive(Debug)]
struct Entry {
    lines: SyncSender<Box<[u8]>>,
    waiting: Arc<Waiting>,
    thread: Thread,
}

/// What both ends of the queue know.
#[derive(Debug, Default)]
struct Waiting {
    bytes: AtomicUsize,
    dropped: AtomicU64,
    is_closed: AtomicBool,
    /// Whether the reader must be woken for the next line.
    is_asleep: AtomicBool,
}

/// The reading end.
struct Exit<S> {
    lines: Receiver<Box<[u8]>>,
    waiting: Arc<Waiting>,
    sink: S,
}

impl LineWriter {
    /// A writer to `sink`, and what keeps it running. `tell` learns how many lines were dropped.
    pub fn to(
        sink: impl Write + Send + 'static,
        tell: impl Fn(u64) + Send + 'static,
    ) -> io::Result<(Self, Flush)> {
        let waiting = Arc::new(Waiting::default());
        let (lines, queue) = sync_channel(LINES);
        let (writing, done) = sync_channel(0);
        let mut exit = Exit {
            lines: queue,
            waiting: waiting.clone(),
            sink,
        };
        let thread = thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                exit.drain(tell);
                drop(writing);
            })?;
        let thread = thread.thread().clone();
        let entry = Entry {
            lines,
            waiting: waiting.clone(),
            thread: thread.clone(),
        };
        let flush = Flush {
            waiting,
            thread,
            done,
        };
        Ok((Self(Arc::new(entry)), flush))
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        self.waiting.is_closed.store(true, Ordering::Release);
        self.thread.unpark();
        let _ = self.done.recv_timeout(LAST);
    }
}

impl Entry {
    fn push(&self, line: &[u8]) {
        let waiting = &self.waiting;
        let before = waiting.bytes.fetch_add(line.len(), Ordering::Relaxed);
        if before + line.len() > CAPACITY || self.lines.try_send(line.into()).is_err() {
            waiting.bytes.fetch_sub(line.len(), Ordering::Relaxed);
            waiting.dropped.fetch_add(1, Ordering::Relaxed);
        }
        // Either this sees that the reader went to sleep, or the reader sees the line.
        fence(Ordering::SeqCst);
        if waiting.is_asleep.load(Ordering::Relaxed)
            && waiting.is_asleep.swap(false, Ordering::Relaxed)
        {
            self.thread.unpark();
        }
    }
}

impl<S: Write> Exit<S> {
    fn drain(&mut self, tell: impl Fn(u64)) {
        loop {
            // Asked before, so that lines from before the end are not left behind.
            let is_closed = self.waiting.is_closed.load(Ordering::Acquire);
            let has_written = self.write_waiting();
            let dropped = self.waiting.dropped.swap(0, Ordering::Relaxed);
            if dropped > 0 {
                tell(dropped);
            } else if is_closed {
                return;
            } else if has_written {
                thread::park_timeout(GATHER);
            } else {
                self.sleep();
            }
        }
    }

    /// Writes what waits, and tells whether there was anything.
    fn write_waiting(&mut self) -> bool {
        let mut batch = Vec::new();
        let mut has_written = false;
        while let Ok(line) = self.lines.try_recv() {
            batch.extend_from_slice(&line);
            if batch.len() >= BATCH {
                self.write(&mut batch);
                has_written = true;
            }
        }
        has_written |= !batch.is_empty();
        self.write(&mut batch);
        has_written
    }

    fn write(&mut self, batch: &mut Vec<u8>) {
        let _ = self.sink.write_all(batch);
        let _ = self.sink.flush();
        self.waiting.bytes.fetch_sub(batch.len(), Ordering::Relaxed);
        batch.clear();
    }

    fn sleep(&mut self) {
        self.waiting.is_asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let is_due = self.waiting.bytes.load(Ordering::Relaxed) > 0
            || self.waiting.dropped.load(Ordering::Relaxed) > 0
            || self.waiting.is_closed.load(Ordering::Relaxed);
        if !is_due {
            thread::park();
        }
        self.waiting.is_asleep.store(false, Ordering::Relaxed);
    }
}

impl Write for LineWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LineWriter {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex, PoisonError,
        mpsc::{Sender, channel},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Sink {
        fn text(&self) -> String {
            let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            String::from_utf8(bytes.clone()).unwrap()
        }
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A sink that takes nothing until it is told to.
    struct Stuck(Receiver<()>, Sink);

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            self.1.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn stuck(sink: &Sink) -> (Sender<()>, Stuck) {
        let (open, closed) = channel();
        (open, Stuck(closed, sink.clone()))
    }

    fn nothing_is_dropped(dropped: u64) {
        panic!("{dropped} lines were dropped");
    }

    #[test]
    fn every_line_is_written_before_the_end() {
        let sink = Sink::default();
        let (mut writer, flush) = LineWriter::to(sink.clone(), nothing_is_dropped).unwrap();
        for number in 0..100 {
            writeln!(writer, "line {number}").unwrap();
        }
        drop(flush);
        assert_eq!(sink.text().lines().count(), 100);
        assert!(sink.text().ends_with("line 99\n"));
    }

    #[test]
    fn a_sleeping_thread_wakes_for_each_line() {
        let (told, heard) = channel();
        struct Told(Sender<()>);
        impl Write for Told {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let _ = self.0.send(());
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (writer, _flush) = LineWriter::to(Told(told), nothing_is_dropped).unwrap();
        for _ in 0..20 {
            writer.0.push(b"line\n");
            heard.recv_timeout(Duration::from_secs(60)).unwrap();
        }
    }

    #[test]
    fn lines_of_many_threads_are_all_written_whole() {
        let sink = Sink::default();
        let (writer, flush) = LineWriter::to(sink.clone(), nothing_is_dropped).unwrap();
        thread::scope(|scope| {
            for thread in 0..4 {
                let writer = &writer;
                scope.spawn(move || {
                    for number in 0..2000 {
                        writer.0.push(format!("{thread}-{number}\n").as_bytes());
                    }
                });
            }
        });
        drop(flush);
        let text = sink.text();
        for thread in 0..4 {
            let own = text
                .lines()
                .filter(|line| line.starts_with(&format!("{thread}-")));
            assert!(own.eq((0..2000).map(|number| format!("{thread}-{number}"))));
        }
    }

    #[test]
    fn what_finds_no_room_is_counted_and_told_and_nobody_waits() {
        let sink = Sink::default();
        let (open, closed) = stuck(&sink);
        let (told, heard) = channel();
        let tell = move |dropped| told.send(dropped).unwrap();
        let (writer, flush) = LineWriter::to(closed, tell).unwrap();
        let line = [b"x".repeat(1023), b"\n".to_vec()].concat();
        let sent = 2 * (CAPACITY / line.len()) as u64;
        for _ in 0..sent {
            writer.0.push(&line);
        }
        drop(open);
        drop(flush);
        let dropped: u64 = heard.iter().sum();
        assert!(dropped > 0);
        assert_eq!(sink.text().lines().count() as u64 + dropped, sent);
    }
}
