package dev.culvert.auth.account;

/** An account with the hash its password is checked against. */
public record Credentials(Account account, String passwordHash) {

    /** Leaves the hash out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "Credentials[" + account.id() + "]";
    }
}
