//! The AWS SDK for Rust as a client of the served reference service: what we write, a real client reads.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

#[path = "fixture/served.rs"]
mod fixture;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_secretsmanager::primitives::{Blob, DateTime};
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, RotationRulesType, Tag};
use fixture::Served;

impl Served {
    fn client(&self) -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(self.url());
        Client::from_conf(config.build())
    }
}

/// Creates a secret with a value; gives the id of its version.
async fn create(client: &Client, name: &str, value: &str) -> String {
    let created = client.create_secret().name(name).secret_string(value).send().await.unwrap();
    created.version_id.unwrap()
}

async fn put(client: &Client, name: &str, value: &str) -> String {
    let stored = client.put_secret_value().secret_id(name).secret_string(value).send().await.unwrap();
    stored.version_id.unwrap()
}

/// The labels of a version, as DescribeSecret shows them.
async fn labels(client: &Client, name: &str, version_id: &str) -> BTreeSet<String> {
    let described = client.describe_secret().secret_id(name).send().await.unwrap();
    let mut versions = described.version_ids_to_stages.unwrap();
    versions.remove(version_id).unwrap_or_default().into_iter().collect()
}

fn set(labels: &[&str]) -> BTreeSet<String> {
    labels.iter().map(ToString::to_string).collect()
}

/// Whether a date is about so many days from now.
#[expect(clippy::disallowed_methods, reason = "the served service goes by the clock of this machine")]
fn is_in_days(date: Option<DateTime>, days: u64) -> bool {
    let date = SystemTime::try_from(date.unwrap()).unwrap();
    let expected = SystemTime::now() + Duration::from_hours(24 * days);
    let distance = date.duration_since(expected).unwrap_or_else(|before| before.duration());
    distance < Duration::from_mins(1)
}

#[tokio::test]
async fn a_created_secret_is_read_by_name_and_by_arn() {
    let served = Served::start().await;
    let client = served.client();
    let created = client.create_secret().name("app/db").secret_string("one").send().await.unwrap();
    for id in ["app/db", created.arn().unwrap()] {
        let read = client.get_secret_value().secret_id(id).send().await.unwrap();
        assert_eq!((read.arn(), read.name(), read.version_id()), (created.arn(), Some("app/db"), created.version_id()));
        assert_eq!((read.secret_string(), read.version_stages()), (Some("one"), &["AWSCURRENT".to_owned()][..]));
        assert!(is_in_days(read.created_date, 0));
    }
}

#[tokio::test]
async fn a_binary_value_keeps_its_bytes() {
    let served = Served::start().await;
    let client = served.client();
    let bytes = Blob::new([0, 1, 2, 255]);
    client.create_secret().name("key").secret_binary(bytes.clone()).send().await.unwrap();
    let read = client.get_secret_value().secret_id("key").send().await.unwrap();
    assert_eq!((read.secret_binary, read.secret_string), (Some(bytes), None));
}

#[tokio::test]
async fn a_value_stored_with_labels_leaves_awscurrent_where_it_was() {
    let served = Served::start().await;
    let client = served.client();
    let first = create(&client, "db", "one").await;
    let request = client.put_secret_value().secret_id("db").secret_string("two");
    let stored = request.version_stages("AWSPENDING").version_stages("blue").send().await.unwrap();
    let second = stored.version_id.unwrap();
    assert_eq!(BTreeSet::from_iter(stored.version_stages.unwrap()), set(&["AWSPENDING", "blue"]));
    assert_eq!(labels(&client, "db", &first).await, set(&["AWSCURRENT"]));
    assert_eq!(labels(&client, "db", &second).await, set(&["AWSPENDING", "blue"]));
    let blue = client.get_secret_value().secret_id("db").version_stage("blue").send().await.unwrap();
    assert_eq!(blue.secret_string(), Some("two"));
}

#[tokio::test]
async fn a_token_used_again_stores_nothing_for_the_same_value_and_is_refused_for_another() {
    let served = Served::start().await;
    let client = served.client();
    let token = create(&client, "db", "one").await;
    let again = |value: &str| {
        client.put_secret_value().secret_id("db").client_request_token(&token).secret_string(value).send()
    };
    assert_eq!(again("one").await.unwrap().version_id(), Some(token.as_str()));
    assert!(again("two").await.unwrap_err().into_service_error().is_resource_exists_exception());
}

#[tokio::test]
async fn awscurrent_moved_by_hand_leaves_awsprevious_behind() {
    let served = Served::start().await;
    let client = served.client();
    let first = create(&client, "db", "one").await;
    let second = put(&client, "db", "two").await;
    let request = client.update_secret_version_stage().secret_id("db").version_stage("AWSCURRENT");
    request.remove_from_version_id(&second).move_to_version_id(&first).send().await.unwrap();
    assert_eq!(labels(&client, "db", &first).await, set(&["AWSCURRENT"]));
    assert_eq!(labels(&client, "db", &second).await, set(&["AWSPREVIOUS"]));
}

#[tokio::test]
async fn a_rotation_makes_a_pending_version_and_turns_rotation_on() {
    let served = Served::start().await;
    let client = served.client();
    let first = create(&client, "db", "one").await;
    let function = served.service.register_function("rotate");
    let rules = RotationRulesType::builder().automatically_after_days(30).duration("2h").build();
    let request = client.rotate_secret().secret_id("db").rotation_lambda_arn(&*function);
    let rotated = request.rotation_rules(rules.clone()).send().await.unwrap();
    let described = client.describe_secret().secret_id("db").send().await.unwrap();
    assert_eq!(described.rotation_enabled(), Some(true));
    assert_eq!((described.rotation_lambda_arn(), described.rotation_rules()), (Some(&*function), Some(&rules)));
    assert_eq!(labels(&client, "db", &first).await, set(&["AWSCURRENT"]));
    assert_eq!(labels(&client, "db", rotated.version_id().unwrap()).await, set(&["AWSPENDING"]));
}

#[tokio::test]
async fn a_second_rotation_is_refused_while_the_first_is_in_progress() {
    let served = Served::start().await;
    let client = served.client();
    create(&client, "db", "one").await;
    let function = served.service.register_function("rotate");
    let rotate = || client.rotate_secret().secret_id("db").rotation_lambda_arn(&*function).send();
    rotate().await.unwrap();
    let refused = rotate().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_request_exception(), "{refused:?}");
}

#[tokio::test]
async fn a_cancelled_rotation_is_off_and_keeps_its_function() {
    let served = Served::start().await;
    let client = served.client();
    create(&client, "db", "one").await;
    let function = served.service.register_function("rotate");
    client.rotate_secret().secret_id("db").rotation_lambda_arn(&*function).send().await.unwrap();
    let cancelled = client.cancel_rotate_secret().secret_id("db").send().await.unwrap();
    assert_eq!(cancelled.name(), Some("db"));
    let described = client.describe_secret().secret_id("db").send().await.unwrap();
    assert_eq!((described.rotation_enabled(), described.rotation_lambda_arn()), (Some(false), Some(&*function)));
}

#[tokio::test]
async fn pages_of_versions_hold_each_version_once() {
    let served = Served::start().await;
    let client = served.client();
    let mut stored = vec![create(&client, "db", "0").await];
    for value in ["1", "2", "3", "4"] {
        stored.push(put(&client, "db", value).await);
    }
    let request = client.list_secret_version_ids().secret_id("db").include_deprecated(true);
    let mut pages = request.into_paginator().page_size(2).send();
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await {
        let versions = page.unwrap().versions.unwrap();
        assert!(versions.len() <= 2);
        listed.extend(versions.into_iter().map(|version| version.version_id.unwrap()));
    }
    stored.sort();
    listed.sort();
    assert_eq!(listed, stored);
    let labelled = client.list_secret_version_ids().secret_id("db").send().await.unwrap();
    assert_eq!(labelled.versions().len(), 2);
}

#[tokio::test]
async fn a_secret_marked_for_deletion_is_not_read_until_it_is_restored() {
    let served = Served::start().await;
    let client = served.client();
    create(&client, "db", "one").await;
    let deleted = client.delete_secret().secret_id("db").recovery_window_in_days(7).send().await.unwrap();
    assert!(is_in_days(deleted.deletion_date, 7));
    let read = || client.get_secret_value().secret_id("db").send();
    assert!(read().await.unwrap_err().into_service_error().is_invalid_request_exception());
    let described = client.describe_secret().secret_id("db").send().await.unwrap();
    assert!(described.deleted_date().is_some());
    client.restore_secret().secret_id("db").send().await.unwrap();
    assert_eq!(read().await.unwrap().secret_string(), Some("one"));
}

#[tokio::test]
async fn a_secret_deleted_by_force_is_gone_and_its_name_is_free() {
    let served = Served::start().await;
    let client = served.client();
    create(&client, "db", "one").await;
    client.delete_secret().secret_id("db").force_delete_without_recovery(true).send().await.unwrap();
    let missing = client.get_secret_value().secret_id("db").send().await.unwrap_err().into_service_error();
    assert!(missing.is_resource_not_found_exception(), "{missing:?}");
    create(&client, "db", "two").await;
    assert_eq!(client.get_secret_value().secret_id("db").send().await.unwrap().secret_string(), Some("two"));
}

#[tokio::test]
async fn tags_are_added_and_removed() {
    let served = Served::start().await;
    let client = served.client();
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    client.create_secret().name("db").tags(tag("team", "a")).send().await.unwrap();
    client.tag_resource().secret_id("db").tags(tag("team", "b")).tags(tag("cost", "1")).send().await.unwrap();
    let tags = async || client.describe_secret().secret_id("db").send().await.unwrap().tags.unwrap_or_default();
    assert_eq!(tags().await, [tag("team", "b"), tag("cost", "1")]);
    client.untag_resource().secret_id("db").tag_keys("team").tag_keys("cost").send().await.unwrap();
    assert_eq!(tags().await, []);
}

#[tokio::test]
async fn an_update_stores_a_value_and_a_description() {
    let served = Served::start().await;
    let client = served.client();
    let first = create(&client, "db", "one").await;
    let request = client.update_secret().secret_id("db").description("a database").secret_string("two");
    let updated = request.send().await.unwrap();
    assert_ne!(updated.version_id(), Some(first.as_str()));
    let described = client.describe_secret().secret_id("db").send().await.unwrap();
    assert_eq!(described.description(), Some("a database"));
    assert_eq!(labels(&client, "db", &first).await, set(&["AWSPREVIOUS"]));
}

#[tokio::test]
async fn a_batch_gives_the_values_that_are_there_and_an_error_for_each_other() {
    let served = Served::start().await;
    let client = served.client();
    create(&client, "a", "one").await;
    create(&client, "b", "two").await;
    let request = client.batch_get_secret_value().secret_id_list("a").secret_id_list("none").secret_id_list("b");
    let batch = request.send().await.unwrap();
    let values: BTreeSet<_> = batch.secret_values().iter().map(|entry| entry.secret_string().unwrap()).collect();
    assert_eq!(values, ["one", "two"].into());
    let [error] = batch.errors() else { panic!("one secret is missing: {:?}", batch.errors()) };
    let expected = (Some("none"), Some("ResourceNotFoundException"));
    assert_eq!((error.secret_id(), error.error_code()), expected);
}

#[tokio::test]
async fn a_list_of_secrets_comes_in_pages_and_is_filtered_by_name() {
    let served = Served::start().await;
    let client = served.client();
    for name in ["app/a", "app/b", "app/c", "other"] {
        create(&client, name, "one").await;
    }
    let by_name = Filter::builder().key(FilterNameStringType::Name).values("app/").build();
    let mut pages = client.list_secrets().filters(by_name).into_paginator().page_size(2).send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        let entries = page.unwrap().secret_list.unwrap();
        assert!(entries.len() <= 2);
        names.extend(entries.into_iter().map(|entry| entry.name.unwrap()));
    }
    names.sort();
    assert_eq!(names, ["app/a", "app/b", "app/c"]);
}

#[tokio::test]
async fn refusals_are_the_modelled_errors_with_their_messages_and_request_ids() {
    use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
    use aws_sdk_secretsmanager::operation::RequestId;

    let served = Served::start().await;
    let client = served.client();
    let missing = client.describe_secret().secret_id("none").send().await.unwrap_err().into_service_error();
    assert!(missing.is_resource_not_found_exception());
    assert_eq!(missing.message(), Some("Secrets Manager can't find the specified secret."));
    assert_eq!(missing.meta().request_id().map(str::len), Some(36));

    create(&client, "db", "one").await;
    let exists = client.create_secret().name("db").secret_string("two").send().await.unwrap_err();
    assert!(exists.into_service_error().is_resource_exists_exception());

    let no_function = client.rotate_secret().secret_id("db").send().await.unwrap_err().into_service_error();
    assert!(no_function.is_invalid_request_exception());
    assert_eq!(no_function.message(), Some("No Lambda rotation function ARN is associated with this secret."));
}

#[tokio::test]
async fn a_function_that_does_not_exist_is_an_error_outside_the_model() {
    use aws_sdk_secretsmanager::error::ProvideErrorMetadata;

    let served = Served::start().await;
    let client = served.client();
    create(&client, "db", "one").await;
    let function = served.service.function_arn("missing");
    let request = client.rotate_secret().secret_id("db").rotation_lambda_arn(function);
    let refused = request.send().await.unwrap_err().into_service_error();
    assert_eq!(refused.code(), Some("AccessDeniedException"));
}
