"""The counsellors' desk: server-rendered pages, signed in, scoped by territory."""
