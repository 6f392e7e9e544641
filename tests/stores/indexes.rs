//! The first page of what is asked often reads a page, and not everybody.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, MySqlPool, PgConnection};
use waystation::{
    UserStore,
    clock::{Clock as _, SystemClock, Timestamp},
    identifier::{IdentifierRules as _, StandardRules},
    search::Query,
    store::{BulkWrite, BulkWritten, Filter, MySqlStore, Order, OrderBy, PostgresStore, Search},
    user::{Credential, LegacyKey, NewUser, Profile, UserId},
};

use crate::{mysql::MySqlServer, postgres::PostgresServer};

const USERS: usize = 6_000;

/// Far more than a page of fifty and the one behind it, and far fewer than there are.
const FEW: i64 = 600;

fn user(number: usize) -> NewUser {
    let (rules, mut profile) = (StandardRules::new(), Profile::default());
    for text in [format!("user{number}@example.com"), format!("+49301{number:07}"), format!("name{number}")] {
        profile.set_identifier(rules.parse(&text).unwrap());
    }
    let at = Timestamp::from_micros(i64::try_from(number).unwrap());
    let mut user = NewUser::new(UserId::new(format!("u{number:06}")), profile, Credential::PendingPassword, at);
    user.legacy = Some(LegacyKey::new("django", number.to_string()));
    user.last_login = (!number.is_multiple_of(3)).then_some(at);
    user
}

async fn fill(store: &dyn UserStore) {
    for batch in 0..USERS / 1_000 {
        let users = (0..1_000).map(|number| user(batch * 1_000 + number)).collect();
        let written = store.as_bulk().unwrap().write(&BulkWrite::new(users)).await.unwrap();
        assert!(matches!(written, BulkWritten::Written(_)));
    }
}

/// What an operator asks, and how many users the first page has.
fn searches() -> Vec<(&'static str, Search, usize)> {
    let asked = |query: &str| Search::new(Query::parse(query).unwrap().into_filter());
    let all = || Search::new(Filter::All);
    vec![
        ("by id", all(), 50),
        ("the newest", all().order(Order::NEWEST_FIRST), 50),
        ("the oldest", all().order(Order::ascending(OrderBy::CreatedAt)), 50),
        ("the last to log in", all().order(Order::LATEST_LOGIN_FIRST), 50),
        ("by address", all().order(Order::ascending(OrderBy::Email)), 50),
        ("by user name, from the end", all().order(Order::descending(OrderBy::Username)), 50),
        ("by phone number", all().order(Order::ascending(OrderBy::Phone)), 50),
        ("an id", asked("user_id:\"u000077\""), 1),
        ("an address", asked("email:\"user77@example.com\""), 1),
        ("a user name", asked("username:\"name77\""), 1),
        ("a phone number", asked("phone_number:\"+493010000077\""), 1),
        ("a legacy id", asked("legacy_id:\"77\""), 1),
        ("addresses by their beginning", asked("email:user77*"), 11),
        ("legacy ids by their beginning", asked("legacy_id:77*"), 11),
        ("one of two", asked("username:\"name77\" OR email:\"user78@example.com\""), 2),
    ]
}

async fn ask(store: &dyn UserStore, search: &Search) -> usize {
    let search = search.clone().limit(50);
    store.as_search().unwrap().search(&search).await.unwrap().users.len()
}

/// How many rows were read, which the server tells of a connection once that is closed.
async fn settled(asked: &mut PgConnection) -> i64 {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    while sqlx::query_scalar::<_, i64>(others).fetch_one(&mut *asked).await.unwrap() > 0 {
        SystemClock::new().sleep(Duration::from_millis(20)).await;
    }
    let read = "SELECT seq_tup_read::bigint + (SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes \
        WHERE relname = 'waystation_users') FROM pg_stat_user_tables WHERE relname = 'waystation_users'";
    sqlx::query_scalar(read).fetch_one(asked).await.unwrap()
}

#[tokio::test]
async fn the_first_page_reads_few_rows_in_postgresql() {
    let Some(server) = PostgresServer::shared() else { return };
    let url = server.fresh_database().await;
    fill(&PostgresStore::open(&url, "customers").await.unwrap()).await;
    let mut asked = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("ALTER TABLE waystation_users SET (autovacuum_enabled = false); ANALYZE waystation_users")
        .execute(&mut asked)
        .await
        .unwrap();
    for (name, search, expected) in searches() {
        let before = settled(&mut asked).await;
        let store = PostgresStore::open(&url, "customers").await.unwrap();
        assert_eq!(ask(&store, &search).await, expected, "{name}");
        drop(store);
        let read = settled(&mut asked).await - before;
        assert!((1..FEW).contains(&read), "{name}: {read} rows");
    }
}

#[tokio::test]
async fn the_first_page_reads_few_rows_in_mariadb_and_mysql() {
    for (product, server) in MySqlServer::both() {
        let url = server.fresh_database().await;
        let store = MySqlStore::open(&url, "customers").await.unwrap();
        fill(&store).await;
        let asked = MySqlPool::connect(&url).await.unwrap();
        let read = if product == "mariadb" {
            sqlx::raw_sql("SET GLOBAL userstat = ON").execute(&asked).await.unwrap();
            "SELECT CAST(coalesce(sum(rows_read), 0) AS SIGNED) FROM information_schema.table_statistics \
             WHERE table_schema = database() AND table_name = 'waystation_users'"
        } else {
            "SELECT CAST(coalesce(sum(count_fetch), 0) AS SIGNED) \
             FROM performance_schema.table_io_waits_summary_by_table \
             WHERE object_schema = database() AND object_name = 'waystation_users'"
        };
        let read = async || sqlx::query_scalar::<_, i64>(AssertSqlSafe(read)).fetch_one(&asked).await.unwrap();
        sqlx::raw_sql("ANALYZE TABLE waystation_users").execute(&asked).await.unwrap();
        // MySQL looks for one of two keys among everybody.
        let is_looked_for = |name: &str| product == "mariadb" || name != "one of two";
        for (name, search, expected) in searches().into_iter().filter(|(name, ..)| is_looked_for(name)) {
            let before = read().await;
            assert_eq!(ask(&store, &search).await, expected, "{product}, {name}");
            let read = read().await - before;
            assert!((1..FEW).contains(&read), "{product}, {name}: {read} rows");
        }
    }
}
