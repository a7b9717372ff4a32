package dev.culvert.auth.account;

/** An account with the hash its password is checked against. */
public record Credentials(Account account, String passwordHash) {

    /** Stands where a hash would be for accounts of people who come from another issuer. */
    static final String NO_PASSWORD = "{none}";

    /** Whether there is a password at all. */
    public boolean hasPassword() {
        return !passwordHash.equals(NO_PASSWORD);
    }

    /** Leaves the hash out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "Credentials[" + account.id() + "]";
    }
}
