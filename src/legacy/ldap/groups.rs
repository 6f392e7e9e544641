/// Where a person's groups are. They become the list `groups` in `app_metadata`: the names (DNs) of the groups, whole,
/// since `cn=admins` of two branches are two groups.
#[derive(Clone, Debug)]
pub struct LdapGroups(pub(super) Memberships);

#[derive(Clone, Debug)]
pub(super) enum Memberships {
    /// An attribute of the person.
    Listed { attribute: String },
    /// An attribute of the groups, which holds something of the person.
    Searched { base: String, attribute: String, of: Member },
}

#[derive(Clone, Debug)]
pub(super) enum Member {
    Attribute(String),
    Dn,
}

impl LdapGroups {
    /// An attribute of the person that lists the groups' names: `memberOf` in Active Directory, in 389 Directory Server,
    /// and in OpenLDAP with its overlay `memberof`.
    pub fn listed_in(attribute: impl Into<String>) -> Self {
        Self(Memberships::Listed { attribute: attribute.into() })
    }

    /// The entries under `base` whose `attribute` holds the person's name: `member` of a `groupOfNames`,
    /// `uniqueMember` of a `groupOfUniqueNames`. Costs one search more per person.
    pub fn under(base: impl Into<String>, attribute: impl Into<String>) -> Self {
        Self(Memberships::Searched { base: base.into(), attribute: attribute.into(), of: Member::Dn })
    }

    /// The `posixGroup`s under `base`, whose `memberUid` holds the person's `uid`. Costs one search more per person.
    pub fn posix(base: impl Into<String>) -> Self {
        let of = Member::Attribute("uid".into());
        Self(Memberships::Searched { base: base.into(), attribute: "memberUid".into(), of })
    }

    /// The attribute of the person that has to be read.
    pub(super) fn attribute(&self) -> Option<&str> {
        match &self.0 {
            Memberships::Listed { attribute } | Memberships::Searched { of: Member::Attribute(attribute), .. } => {
                Some(attribute)
            }
            Memberships::Searched { of: Member::Dn, .. } => None,
        }
    }

    /// The attributes that an operator named.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let searched = match &self.0 {
            Memberships::Listed { .. } => None,
            Memberships::Searched { attribute, .. } => Some(attribute.as_str()),
        };
        self.attribute().into_iter().chain(searched)
    }
}
