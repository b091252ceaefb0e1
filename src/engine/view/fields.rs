//! How a view is written: as a struct whose fields are what its methods say.

/// Serialises a row of named values.
macro_rules! fields {
    ($serializer:expr, $name:literal, {$( $field:ident: $value:expr, )*}) => {{
        use serde::ser::SerializeStruct;
        let count = [$(stringify!($field)),*].len();
        let mut row = $serializer.serialize_struct($name, count)?;
        $(row.serialize_field(stringify!($field), &$value)?;)*
        row.end()
    }};
}

pub(super) use fields;
