use std::time::Duration;

/// What the API does at most. The defaults are the reference product's where it has some.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiLimits {
    /// The longest upload in bytes, as it comes, with everything around the file. Default 512,000. `u64::MAX` takes
    /// whatever the disk holds: an upload is never in memory.
    pub upload_bytes: u64,
    /// How long an upload may take. Default 10 minutes.
    pub upload_time: Duration,
    /// How many resumable uploads may be unfinished, or wait for their import, at once. Default 10. One that nothing has
    /// come of for 24 hours is removed.
    pub uploads: usize,
    /// How many imports may wait or run at once. Default 2.
    pub imports: usize,
    /// The longest body of any other request, in bytes. Default 1 MiB.
    pub body_bytes: usize,
    /// The longest query string in bytes. Default 16 KiB.
    pub query_bytes: usize,
    /// How many users pages reach together, at most 10,000. Default 1,000.
    pub window: usize,
    /// How many users a search may look at for a page, where the database cannot say by itself who matches. Default 100,000.
    pub looks: usize,
    /// How many columns an export as CSV has at most. Default 30.
    pub columns: usize,
    /// How many faulty records are listed at once. Default 1,000.
    pub errors: usize,
    /// How many clients listen to events of jobs at once. Each has the store asked once a second. Default 32.
    pub listeners: usize,
    /// For how long a job and its files are kept after it is over. Default 24 hours.
    pub retention: Duration,
    /// For how long a link to an export is good. Default 60 seconds.
    pub link: Duration,
    /// For how long a link in a verification e-mail is good. Default 5 days.
    pub verification: Duration,
    /// For how long a password-change ticket is good unless the request says so. Default 5 days, and never longer
    /// than the migrator lets a recovery take.
    pub ticket: Duration,
    /// How many requests may come at once. Default 50.
    pub burst: u32,
    /// How many requests a second may come for long. Default 15.
    pub per_second: u32,
}

impl Default for ApiLimits {
    fn default() -> Self {
        const DAY: Duration = Duration::from_hours(24);
        Self {
            upload_bytes: 512_000,
            upload_time: Duration::from_mins(10),
            uploads: 10,
            imports: 2,
            body_bytes: 1 << 20,
            query_bytes: 16 << 10,
            window: 1_000,
            looks: 100_000,
            columns: 30,
            errors: 1_000,
            listeners: 32,
            retention: DAY,
            link: Duration::from_mins(1),
            verification: DAY.saturating_mul(5),
            ticket: DAY.saturating_mul(5),
            burst: 50,
            per_second: 15,
        }
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])+ $name:ident: $type:ty,)+) => {
        impl ApiLimits {
            $($(#[$doc])+ pub const fn $name(mut self, $name: $type) -> Self {
                self.$name = $name;
                self
            })+
        }
    };
}

setters! {
    /// Sets the longest upload.
    upload_bytes: u64,
    /// Sets how long an upload may take.
    upload_time: Duration,
    /// Sets how many resumable uploads may be unfinished at once.
    uploads: usize,
    /// Sets how many imports may wait or run at once.
    imports: usize,
    /// Sets the longest body of any other request.
    body_bytes: usize,
    /// Sets the longest query string.
    query_bytes: usize,
    /// Sets how many users pages reach.
    window: usize,
    /// Sets how many users a search may look at for a page.
    looks: usize,
    /// Sets how many columns CSV has.
    columns: usize,
    /// Sets how many faulty records are listed at once.
    errors: usize,
    /// Sets how many clients listen to events at once.
    listeners: usize,
    /// Sets for how long jobs are kept.
    retention: Duration,
    /// Sets for how long a link to an export is good.
    link: Duration,
    /// Sets for how long a link in a verification e-mail is good.
    verification: Duration,
    /// Sets for how long a ticket is good.
    ticket: Duration,
    /// Sets how many requests may come at once.
    burst: u32,
    /// Sets how many requests a second may come for long.
    per_second: u32,
}
