"""Everything between the application's code and a cloud that runs it: templates, package, deployment, the local cloud."""
