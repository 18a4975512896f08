"""All operations, by what runs them: what each door renders in its own way."""

from chalicelib.operations import (
    account,
    api_keys,
    conversations,
    participants,
    prompt_proposal,
    results,
    scratchpad,
    sessions,
    telegram_groups,
    templates,
)

OPERATION_OF = {
    operation.run: operation
    for subject in (
        account,
        api_keys,
        conversations,
        participants,
        prompt_proposal,
        results,
        scratchpad,
        sessions,
        telegram_groups,
        templates,
    )
    for operation in subject.OPERATIONS
}
