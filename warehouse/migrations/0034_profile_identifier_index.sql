-- Looking a person up starts from the identifier; the key starts with the profile.
create index profile_identifier_identifier on mart.profile_identifier (identifier_id);
