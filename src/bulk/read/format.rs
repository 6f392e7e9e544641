use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an input is, where looking at it is not to decide. Whether it is packed is always found by looking.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum ImportFormat {
    /// The CSV that Clerk's dashboard exports.
    Clerk,
    /// The CSV of Amazon Cognito, with the header of `aws cognito-idp get-csv-header`.
    Cognito,
    /// The import schema as CSV, with a header.
    Csv,
    /// What Django's `dumpdata` writes of `auth.user`, or of a model of one's own that is called `user`. Other objects are
    /// passed over.
    Django,
    /// What `firebase auth:export` writes: as JSON, an object whose `users` is an array, or as CSV. Their hashes need the parameters of
    /// their project: [`ReadOptions::firebase`](super::ReadOptions::firebase).
    Firebase,
    /// The import schema as JSON: an array, or objects one after the other. Each has a line of its own if the first line is
    /// one whole object, or half of one with another after it.
    Json,
    /// The import schema, one object a line.
    JsonLines,
    /// A realm of Keycloak as `kc.sh export` and the admin console write it, or one of its `users-N.json`: an object whose
    /// `users` is an array.
    Keycloak,
    /// Identities of Ory Kratos, as its admin API lists them and `kratos list identities --format json` prints them.
    Kratos,
    /// Entries of a directory in LDIF (RFC 2849), as `slapcat`, `ldapsearch` and `ldifde` write them. Those that are no
    /// people are passed over.
    Ldif,
    /// The CSV template of Okta, with the attributes of its profiles.
    Okta,
    /// Supabase's table `auth.users`: in what `pg_dump` writes as plain text, as CSV with a header, or as JSON.
    Supabase,
    /// The reference product's export of users, as NDJSON or CSV.
    UsersExport,
}

impl ImportFormat {
    /// Every format.
    pub const ALL: &[Self] = &[
        Self::Clerk,
        Self::Cognito,
        Self::Csv,
        Self::Django,
        Self::Firebase,
        Self::Json,
        Self::JsonLines,
        Self::Keycloak,
        Self::Kratos,
        Self::Ldif,
        Self::Okta,
        Self::Supabase,
        Self::UsersExport,
    ];

    /// The stable name: `clerk`, `cognito`, `csv`, `django`, `firebase`, `json`, `keycloak`, `kratos`, `ldif`, `ndjson`, `okta`,
    /// `supabase`, `users-export`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Cognito => "cognito",
            Self::Csv => "csv",
            Self::Django => "django",
            Self::Firebase => "firebase",
            Self::Json => "json",
            Self::JsonLines => "ndjson",
            Self::Keycloak => "keycloak",
            Self::Kratos => "kratos",
            Self::Ldif => "ldif",
            Self::Okta => "okta",
            Self::Supabase => "supabase",
            Self::UsersExport => "users-export",
        }
    }
}

impl fmt::Display for ImportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ImportFormat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ImportFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for ImportFormat {
    type Err = UnknownFormat;

    /// Reads the stable name; `jsonl` is `ndjson`.
    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let name = if name == "jsonl" { "ndjson" } else { name };
        Self::ALL.iter().copied().find(|format| format.as_str() == name).ok_or(UnknownFormat(()))
    }
}

/// No format has this name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "there is no such format: take one of clerk, cognito, csv, django, firebase, json, keycloak, kratos, ldif, ndjson, \
     okta, supabase and users-export"
)]
pub struct UnknownFormat(());
