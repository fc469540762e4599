/**
 * Who logs in, as OpenSSH takes it, accounts of a directory among them: `DOM\\user`, `user@dom`,
 * `svc$`. It never comes near an argv; all the same nothing in it is an option or means anything to
 * a shell.
 */
export const userPattern = String.raw`^[A-Za-z0-9_.]([A-Za-z0-9_.+@\\-]{0,126}[A-Za-z0-9_.+@-])?\$?$`
