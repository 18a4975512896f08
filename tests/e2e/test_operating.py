"""What an operator runs against a stage, run against a local instance."""

from tests.e2e.local import LocalCloud


def test_a_conversation_from_the_command_line_goes_as_it_should(cloud: LocalCloud) -> None:
    said = cloud.command("infra.smoke")
    assert "All as on a local instance" in said
    assert "it is concluded, with a widget" in said
    assert cloud.command("infra.admin", "list-keys", "smoke@harmonica.invalid").split()[1] == "revoked"


def test_nothing_has_to_be_mended(cloud: LocalCloud) -> None:
    for name, url in cloud.instance.outputs.items():
        if name.endswith("DeadLettersUrl"):
            cloud.client("sqs").purge_queue(QueueUrl=url)  # of what other tests buried
    said = cloud.command("infra.doctor")
    assert "harmonica-local: " in said
    assert "is this account's, and closed to all others" in said
    assert "queues of dead letters were looked at" in said
