package dev.culvert.auth.account;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Passwords that whoever knows the account's names tries first: {@code Lovelace-1815!} for {@code ada.lovelace@example.org}. */
public final class PersonalPasswords {
    private static final Pattern NO_LETTER = Pattern.compile("[^a-z]+");
    private static final Pattern NEITHER_LETTER_NOR_DIGIT = Pattern.compile("[^a-z0-9]+");

    /** Shorter parts of a name say nothing. */
    private static final int SHORTEST = 4;

    private PersonalPasswords() {}

    /**
     * Makes sure that a password is not built on a name of its account.
     *
     * @param field the password is called in the request
     * @throws ProblemException VALIDATION_ERROR when it is
     */
    public static void refuse(String field, String password, String username, String email) {
        if (CommonPasswords.builtOn(password, words(username, email))) {
            String reason = "is built on the user name or the mail address; choose one that is not";
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "The password is easily guessed.")
                    .withViolations(List.of(new Violation(field, reason)));
        }
    }

    private static Set<String> words(String username, String email) {
        return Stream.of(username, email, email.replaceFirst("@.*", ""))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .flatMap(name -> Stream.concat(
                        Stream.of(
                                NEITHER_LETTER_NOR_DIGIT.matcher(name).replaceAll(""),
                                NO_LETTER.matcher(name).replaceAll("")),
                        NO_LETTER.splitAsStream(name)))
                .filter(word -> word.length() >= SHORTEST)
                .collect(Collectors.toUnmodifiableSet());
    }
}
