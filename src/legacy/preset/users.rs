use std::sync::Arc;

use crate::{
    identifier::IdentifierKind,
    legacy::{Commands, Mapping, Queries, Sql, SqlConnection, SqlConnectionBuilder},
    password::Passwords,
};

/// The engine that a preset writes its SQL for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(
    not(all(feature = "mysql", feature = "postgres", feature = "sqlite")),
    expect(dead_code, reason = "presets write SQL for engines that this build does not have")
)]
pub(super) enum Engine {
    MySql,
    Postgres,
    Sqlite,
}

/// The users of one system: out of which table, and what of the row is what.
#[derive(Debug)]
pub(super) struct Users {
    pub(super) source: &'static str,
    pub(super) table: String,
    /// The column of the permanent id.
    pub(super) id: String,
    /// The columns that people are found by.
    pub(super) found_by: Vec<(IdentifierKind, String)>,
    /// Whether those are bytes, which a server compares by their case.
    pub(super) in_bytes: bool,
    /// What is computed, as SQL and its name in the mapping. The table is `u` there.
    pub(super) computed: Vec<(String, &'static str)>,
    /// Which rows are users at all, as SQL.
    pub(super) only: Option<String>,
    pub(super) mapping: Mapping,
    /// How they are changed, if they may be.
    pub(super) commands: Option<Commands>,
}

impl Users {
    #[cfg(feature = "sqlite")]
    pub(super) fn sqlite(self, path: impl Into<std::path::PathBuf>, passwords: Arc<Passwords>) -> SqlConnectionBuilder {
        let queries = self.queries(Engine::Sqlite);
        let builder = SqlConnection::sqlite(path, queries, self.mapping, passwords);
        finished(builder, self.source, self.commands)
    }

    #[cfg(feature = "postgres")]
    pub(super) fn postgres(
        self,
        url: &str,
        passwords: Arc<Passwords>,
    ) -> Result<SqlConnectionBuilder, crate::legacy::LegacyError> {
        let queries = self.queries(Engine::Postgres);
        let builder = SqlConnection::postgres(url, queries, self.mapping, passwords)?;
        Ok(finished(builder, self.source, self.commands))
    }

    #[cfg(feature = "mysql")]
    pub(super) fn mysql(
        self,
        url: &str,
        passwords: Arc<Passwords>,
    ) -> Result<SqlConnectionBuilder, crate::legacy::LegacyError> {
        let queries = self.queries(Engine::MySql);
        let builder = SqlConnection::mysql(url, queries, self.mapping, passwords)?;
        Ok(finished(builder, self.source, self.commands))
    }

    fn queries(&self, engine: Engine) -> Queries {
        let (users, id) = (quoted(&self.table), format!("u.{}", quoted(&self.id)));
        // Before `u.*`, so that a column of the site's own with the same name does not hide them.
        let mut columns: Vec<_> = self.computed.iter().map(|(sql, name)| format!("{sql} AS {name}")).collect();
        columns.push("u.*".into());
        let columns = columns.join(", ");
        let only = self.only.as_deref().unwrap_or("1 = 1");
        let statement =
            |rest: String| Sql::assert_safe(format!("SELECT {columns} FROM {users} AS u WHERE {only}{rest}"));
        let mut queries = Queries::new().by_id(statement(format!(" AND {id} = ?1"))).directory(
            statement(format!(" ORDER BY {id} LIMIT ?2")),
            statement(format!(" AND {id} > ?1 ORDER BY {id} LIMIT ?2")),
            Sql::assert_safe(format!("SELECT count(*) FROM {users} AS u WHERE {only}")),
        );
        for (kind, column) in &self.found_by {
            let sql = statement(format!(" AND {}", engine.is_spelt(&self.text(column), *kind)));
            queries = match kind {
                IdentifierKind::Email => queries.by_email(sql),
                IdentifierKind::Phone => queries.by_phone(sql),
                IdentifierKind::Username => queries.by_username(sql),
            };
        }
        queries
    }
}

fn finished(builder: SqlConnectionBuilder, source: &'static str, commands: Option<Commands>) -> SqlConnectionBuilder {
    let builder = builder.source(source);
    match commands {
        Some(commands) => builder.writable(commands),
        None => builder,
    }
}

impl Users {
    /// A column that people are found by, as text.
    fn text(&self, column: &str) -> String {
        let column = format!("u.{}", quoted(column));
        if self.in_bytes { format!("lower(convert({column} USING utf8mb4))") } else { column }
    }
}

impl Engine {
    /// A parameter that is a time, where nothing else says that.
    pub(super) fn instant(self, parameter: &str) -> String {
        match self {
            Self::MySql | Self::Sqlite => format!(":{parameter}"),
            Self::Postgres => format!(":{parameter}::timestamp"),
        }
    }

    /// A parameter that is a time, without a fraction of a second: for columns that hold none, and for what reads them.
    pub(super) fn in_seconds(self, parameter: &str) -> String {
        match self {
            // What a server's column does not hold it rounds.
            Self::MySql => format!("CAST(substring(:{parameter}, 1, 19) AS DATETIME)"),
            Self::Postgres => format!("date_trunc('second', :{parameter}::timestamp)"),
            Self::Sqlite => format!("substr(:{parameter}, 1, 19)"),
        }
    }

    /// Whether a column is the identifier that is asked for, or near enough to be looked at.
    ///
    /// The servers' own comparison misses spellings that differ in more than it allows: in PostgreSQL, in Unicode form,
    /// and in the case of what the database's locale does not know; in MySQL, in what the column's collation tells
    /// apart.
    fn is_spelt(self, column: &str, kind: IdentifierKind) -> String {
        match self {
            Self::MySql => format!("{column} IN (?1, ?2)"),
            Self::Postgres => format!("(lower({column}) IN (?1, lower(?2)) OR {column} = ?2)"),
            Self::Sqlite => format!("{column} = ?1 COLLATE waystation_{kind}"),
        }
    }
}

/// An INSERT of columns and what each gets, as SQL.
pub(super) fn insert(table: &str, columns: &[(&str, &str)]) -> Sql {
    let names: Vec<_> = columns.iter().map(|(column, _)| quoted(column)).collect();
    let values: Vec<_> = columns.iter().map(|(_, value)| *value).collect();
    Sql::assert_safe(format!("INSERT INTO {} ({}) VALUES ({})", quoted(table), names.join(", "), values.join(", ")))
}

/// An UPDATE of the row with the id, as [`insert`].
pub(super) fn update(table: &str, id: &str, columns: &[(&str, &str)]) -> Sql {
    let columns: Vec<_> = columns.iter().map(|(column, value)| format!("{} = {value}", quoted(column))).collect();
    Sql::assert_safe(format!("UPDATE {} SET {} WHERE {} = :id", quoted(table), columns.join(", "), quoted(id)))
}

/// A DELETE of the rows whose column is the id.
pub(super) fn delete(table: &str, column: &str) -> Sql {
    Sql::assert_safe(format!("DELETE FROM {} WHERE {} = :id", quoted(table), quoted(column)))
}

/// A name as SQL writes it, whatever is in it. Always used with a table before it: alone, SQLite would read the name
/// of a column that does not exist as a text.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL writes it.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The condition as a flag that every engine has.
pub(super) fn flag(condition: &str) -> String {
    format!("CASE WHEN {condition} THEN 1 ELSE 0 END")
}

/// The ways to the engines that a system runs on, each by a method of the preset.
macro_rules! engines {
    ($preset:ty: $($engine:ident),+) => {
        impl $preset {
            $(engines! { @$engine })+
        }
    };
    (@mysql) => {
        /// The connection over a MySQL or MariaDB database: `mysql://user:password@host/database`.
        ///
        /// # Errors
        ///
        /// When the address cannot be read.
        #[cfg(feature = "mysql")]
        pub fn mysql(
            self,
            url: &str,
            passwords: std::sync::Arc<$crate::password::Passwords>,
        ) -> Result<$crate::legacy::SqlConnectionBuilder, $crate::legacy::LegacyError> {
            self.users($crate::legacy::preset::users::Engine::MySql).mysql(url, passwords)
        }
    };
    (@postgres) => {
        /// The connection over a PostgreSQL database: `postgres://user:password@host/database`.
        ///
        /// # Errors
        ///
        /// When the address cannot be read.
        #[cfg(feature = "postgres")]
        pub fn postgres(
            self,
            url: &str,
            passwords: std::sync::Arc<$crate::password::Passwords>,
        ) -> Result<$crate::legacy::SqlConnectionBuilder, $crate::legacy::LegacyError> {
            self.users($crate::legacy::preset::users::Engine::Postgres).postgres(url, passwords)
        }
    };
    (@sqlite) => {
        /// The connection over a SQLite database.
        #[cfg(feature = "sqlite")]
        pub fn sqlite(
            self,
            path: impl Into<std::path::PathBuf>,
            passwords: std::sync::Arc<$crate::password::Passwords>,
        ) -> $crate::legacy::SqlConnectionBuilder {
            self.users($crate::legacy::preset::users::Engine::Sqlite).sqlite(path, passwords)
        }
    };
}

pub(super) use engines;
