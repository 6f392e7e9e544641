use crate::clock::{Timestamp, directory};

/// How an attribute writes a date.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum LdapDate {
    /// Whole days since 1970, as `shadowLastChange` has them.
    Days,
    /// Active Directory's ticks of 100 ns since 1601, as `pwdLastSet` has them. 0 and the largest number are *never*.
    FileTime,
    /// `20190402081530Z`, as `createTimestamp` has it: the syntax Generalized Time of RFC 4517.
    GeneralizedTime,
}

impl LdapDate {
    /// The date that a value is; `None` where it says *never*.
    pub(super) fn read(self, text: &str) -> Result<Option<Timestamp>, &'static str> {
        match self {
            Self::Days => directory::from_days(text).map(Some),
            Self::FileTime => directory::from_file_time(text),
            Self::GeneralizedTime => directory::from_generalized_time(text).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::directory::{NOT_A_DATE, OUT_OF_RANGE};

    /// From 1601 to 1970, in microseconds.
    const FILE_TIME_EPOCH_MICROS: i64 = 11_644_473_600_000_000;

    fn read(format: LdapDate, text: &str) -> Result<Option<i64>, &'static str> {
        format.read(text).map(|date| date.map(Timestamp::as_micros))
    }

    #[test]
    fn spellings_of_one_instant() {
        let micros = 1_554_192_930_000_000;
        for spelling in
            ["20190402081530Z", "20190402081530.0Z", "20190402101530+0200", "20190402051530,000-03", "201904020815.5Z"]
        {
            assert_eq!(read(LdapDate::GeneralizedTime, spelling), Ok(Some(micros)), "{spelling}");
        }
        assert_eq!(read(LdapDate::GeneralizedTime, "20190402081530.123456789Z"), Ok(Some(micros + 123_456)));
        assert_eq!(read(LdapDate::GeneralizedTime, "2019040208Z"), Ok(Some(1_554_192_000_000_000)));
        assert_eq!(read(LdapDate::GeneralizedTime, "20161231235960Z"), Ok(Some(1_483_228_799_000_000)));
        assert_eq!(read(LdapDate::FileTime, "131986665300000000"), Ok(Some(micros)));
        assert_eq!(read(LdapDate::Days, "17988"), Ok(Some(1_554_163_200_000_000)));
    }

    #[test]
    fn dates_before_1970_and_at_the_end_of_time() {
        assert_eq!(read(LdapDate::GeneralizedTime, "19691231235959Z"), Ok(Some(-1_000_000)));
        assert_eq!(read(LdapDate::GeneralizedTime, "16010101000000Z"), Ok(Some(-FILE_TIME_EPOCH_MICROS)));
        assert_eq!(read(LdapDate::GeneralizedTime, "99991231235959Z"), Err(OUT_OF_RANGE));
        assert_eq!(read(LdapDate::FileTime, "10"), Ok(Some(1 - FILE_TIME_EPOCH_MICROS)));
        for never in ["0", "9223372036854775807"] {
            assert_eq!(read(LdapDate::FileTime, never), Ok(None));
        }
        assert_eq!(read(LdapDate::FileTime, "9223372036854775806"), Err(OUT_OF_RANGE));
        assert_eq!(read(LdapDate::FileTime, "-9223372036854775808"), Err(OUT_OF_RANGE));
        assert_eq!(read(LdapDate::Days, "-1"), Ok(Some(-86_400_000_000)));
        for days in ["9223372036854775807", "3000000", "-5000000"] {
            assert_eq!(read(LdapDate::Days, days), Err(OUT_OF_RANGE));
        }
    }

    #[test]
    fn what_is_no_date() {
        for junk in [
            "",
            "Z",
            "2019",
            "20190402",
            "20190402081530",
            "20190402081530z",
            "20190402081530.Z",
            "20191302081530Z",
            "20190230081530Z",
            "20190402241530Z",
            "20190402086030Z",
            "20190402081561Z.",
            "201904020815301Z",
            "20190402081530+2",
            "20190402081530+0260",
            "20190402081530+9900",
            "100000402081530Z",
            "+0190402081530Z",
            "２０１９0402081530Z",
            "yesterday",
        ] {
            assert_eq!(read(LdapDate::GeneralizedTime, junk), Err(NOT_A_DATE), "{junk}");
        }
        for junk in ["", "1.5", "today", "9223372036854775808", " 1"] {
            assert_eq!(read(LdapDate::FileTime, junk), Err(NOT_A_DATE), "{junk}");
            assert_eq!(read(LdapDate::Days, junk), Err(NOT_A_DATE), "{junk}");
        }
    }
}
