//! The database: SQLite or PostgreSQL behind one pool and one way to write statements.
//!
//! sqlx's `Any` driver carries the rows and sea-query writes each dialect, so no store knows which
//! of the two it speaks to.

use std::{
    fs, io,
    os::unix::fs::OpenOptionsExt,
    path::{self, PathBuf},
    time::Duration,
};

use futures_util::future::BoxFuture;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use portcullis_core::store::StoreError;
use sea_query::{PostgresQueryBuilder, QueryStatementWriter, SqliteQueryBuilder};
use sqlx::{
    AnyConnection, AnyPool,
    any::{AnyPoolOptions, install_default_drivers},
    migrate::Migrator,
    pool::PoolConnectionMetadata,
};

use super::{
    cell::Row,
    statement::{Statement, in_time, store_error},
};

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");
/// Those that the two cannot share: each has an index of its own for searching.
static OF_SQLITE: Migrator = sqlx::migrate!("src/store/migrations/sqlite");
static OF_POSTGRES: Migrator = sqlx::migrate!("src/store/migrations/postgres");

/// As much as SQLite maps at most, just below 2 GiB; what is behind it is read as ever.
const MAP_FILE: &str = "PRAGMA mmap_size = 2147418112";

/// How long a caller waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// What a path in a URL may not contain as it is; `%` too, because sqlx decodes it.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// A pool of connections to one database.
#[derive(Debug, Clone)]
pub(super) struct Database {
    pool: AnyPool,
    dialect: Dialect,
}

/// Which of the two it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Database {
    /// Opens the database at `url` and brings it up to date; safe while other nodes do the same.
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        install_default_drivers();
        let options = AnyPoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT);
        let database = if let Some(path) = url.strip_prefix("sqlite:") {
            let file = sqlite_file(path)?;
            create_private(&file).map_err(StoreError::unavailable)?;
            let file = utf8_percent_encode(&file.to_string_lossy(), PATH).to_string();
            Self {
                pool: lazily(
                    options.max_connections(8).after_connect(map_file),
                    &format!("sqlite://{file}"),
                )?,
                dialect: Dialect::Sqlite,
            }
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self {
                pool: lazily(options.max_connections(16), url)?,
                dialect: Dialect::Postgres,
            }
        } else {
            return Err(StoreError::unavailable(
                "the url of the store begins with neither sqlite: nor postgres:",
            ));
        };
        database.migrate().await?;
        Ok(database)
    }

    /// Which of the two it is.
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Writes `query` in this database's dialect.
    pub(super) fn write(&self, query: &impl QueryStatementWriter, what: &'static str) -> Statement {
        let (text, values) = match self.dialect {
            Dialect::Sqlite => query.build(SqliteQueryBuilder),
            Dialect::Postgres => query.build(PostgresQueryBuilder),
        };
        Statement::new(text, values, what)
    }

    /// Runs a statement and says how many rows it changed.
    pub(super) async fn execute(&self, statement: Statement) -> Result<u64, StoreError> {
        let what = statement.what();
        let done = in_time(statement.query().execute(&self.pool), what).await?;
        Ok(done.rows_affected())
    }

    /// Every row of an answer.
    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let what = statement.what();
        let rows = in_time(statement.query().fetch_all(&self.pool), what).await?;
        Ok(rows.into_iter().map(|row| Row::new(row, what)).collect())
    }

    /// The first row of an answer.
    pub(super) async fn row(&self, statement: Statement) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(statement).await?.into_iter().next())
    }

    /// Begins a transaction that is undone unless it is committed.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        let inner = in_time(self.pool.begin_with(self.begin_statement()), "record").await?;
        Ok(Transaction { inner })
    }

    /// The same, and what others change meanwhile is not seen.
    pub(super) async fn begin_steady(&self) -> Result<Transaction, StoreError> {
        let begin = match self.dialect {
            Dialect::Sqlite => self.begin_statement(),
            Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        };
        let inner = in_time(self.pool.begin_with(begin), "record").await?;
        Ok(Transaction { inner })
    }

    /// Whether the database answers.
    pub(super) async fn ping(&self) -> Result<(), StoreError> {
        let ping = sqlx::query("SELECT 1").execute(&self.pool);
        in_time(ping, "record").await.map(drop)
    }

    /// Closes every connection; whoever asks later is told that the store is unavailable.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    /// SQLite's own `BEGIN` takes no lock: two transactions that read first could then not both
    /// write, and one would fail instead of waiting.
    fn begin_statement(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        }
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let own = match self.dialect {
            Dialect::Sqlite => &OF_SQLITE,
            Dialect::Postgres => &OF_POSTGRES,
        };
        let all = MIGRATIONS.iter().chain(own.iter()).cloned().collect();
        let migrations = Migrator::with_migrations(all);
        match self.dialect {
            // sqlx guards these with an advisory lock.
            Dialect::Postgres => migrations
                .run(&self.pool)
                .await
                .map_err(|error| StoreError::unavailable(error.to_string())),
            Dialect::Sqlite => {
                self.write_ahead().await?;
                let mut transaction = self.begin().await?;
                migrations
                    .run_direct(None, &mut *transaction.inner, false)
                    .await
                    .map_err(|error| StoreError::unavailable(error.to_string()))?;
                transaction.commit().await
            }
        }
    }

    /// Switches to the write-ahead log, which lets readers go on while somebody writes. The switch
    /// is lasting, needs the database for itself and does not wait for its turn, so this does.
    async fn write_ahead(&self) -> Result<(), StoreError> {
        let mut pause = Duration::from_millis(5);
        loop {
            let switch = sqlx::query("PRAGMA journal_mode = WAL").execute(&self.pool);
            match switch.await {
                Ok(_) => return Ok(()),
                Err(error) if pause > Duration::from_secs(1) => {
                    return Err(store_error(&error, "record"));
                }
                Err(_) => tokio::time::sleep(pause).await,
            }
            pause *= 2;
        }
    }
}

/// Several statements that take effect together or not at all.
pub(super) struct Transaction {
    inner: sqlx::Transaction<'static, sqlx::Any>,
}

impl Transaction {
    /// Runs a statement and says how many rows it changed.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        let what = statement.what();
        let done = in_time(statement.query().execute(&mut *self.inner), what).await?;
        Ok(done.rows_affected())
    }

    /// Every row of an answer.
    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let what = statement.what();
        let rows = in_time(statement.query().fetch_all(&mut *self.inner), what).await?;
        Ok(rows.into_iter().map(|row| Row::new(row, what)).collect())
    }

    /// Makes everything lasting.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        in_time(self.inner.commit(), "record").await
    }
}

/// Has SQLite read its file as memory, without a call for each page.
fn map_file<'c>(
    connection: &'c mut AnyConnection,
    _: PoolConnectionMetadata,
) -> BoxFuture<'c, Result<(), sqlx::Error>> {
    Box::pin(async move {
        let mapped = sqlx::query(MAP_FILE).execute(connection).await;
        mapped.map(drop)
    })
}

fn lazily(options: AnyPoolOptions, url: &str) -> Result<AnyPool, StoreError> {
    options
        .connect_lazy(url)
        .map_err(|error| StoreError::unavailable(error.to_string()))
}

/// The file that `sqlite:path` and `sqlite://path` mean.
fn sqlite_file(path: &str) -> Result<PathBuf, StoreError> {
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let path = percent_decode_str(path).decode_utf8_lossy();
    path::absolute(&*path).map_err(StoreError::unavailable)
}

/// Creates the file, where there is none yet, so that only its owner can read it; SQLite gives the
/// files beside it the same mode.
fn create_private(file: &PathBuf) -> io::Result<()> {
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(file)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two passwords of one identity, as they were stored at once, and one of somebody else.
    const DOUBLES: &str = "PRAGMA foreign_keys = OFF;
        DROP INDEX credentials_one_password;
        DELETE FROM _sqlx_migrations WHERE version = 25;
        INSERT INTO credentials (id, identity_id, kind, config, created_at, updated_at) VALUES
            ('1', 'ada', 'password', '{}', 1, 9), ('2', 'ada', 'password', '{}', 2, 8),
            ('3', 'ada', 'totp', '{}', 1, 1), ('4', 'bob', 'password', '{}', 1, 1),
            ('5', 'eve', 'password', '{}', 1, 1), ('6', 'eve', 'password', '{}', 1, 1)";

    #[tokio::test]
    async fn of_two_passwords_an_upgrade_keeps_the_one_chosen_last() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/old.db", folder.path().display());
        let old = Database::open(&url).await.unwrap();
        sqlx::raw_sql(DOUBLES).execute(&old.pool).await.unwrap();
        old.close().await;
        let new = Database::open(&url).await.unwrap();
        let left: Vec<(String,)> = sqlx::query_as("SELECT id FROM credentials ORDER BY id")
            .fetch_all(&new.pool)
            .await
            .unwrap();
        let left: Vec<_> = left.iter().map(|(id,)| id.as_str()).collect();
        assert_eq!(left, ["1", "3", "4", "6"]);
    }
}
