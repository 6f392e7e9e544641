use std::fmt;

macro_rules! scopes {
    ($($(#[$doc:meta])+ $name:ident = $text:literal,)+) => {
        /// What a caller may do, by the reference product's names.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Scope {
            $($(#[$doc])+ $name,)+
        }

        impl Scope {
            /// Every scope.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The name as tokens have it: `read:users`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

scopes! {
    /// Make tickets by which people choose another password.
    CreateUserTickets = "create:user_tickets",
    /// Make users and imports.
    CreateUsers = "create:users",
    /// Delete users.
    DeleteUsers = "delete:users",
    /// See the connections.
    ReadConnections = "read:connections",
    /// See users, jobs and blocks, and make exports.
    ReadUsers = "read:users",
    /// Change users, link their accounts, lift their blocks, and have their addresses verified.
    UpdateUsers = "update:users",
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
