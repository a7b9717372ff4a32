package dev.culvert.auth.account;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;

/**
 * 8 to 100 characters with an upper and a lower case letter, a digit and a special character (requirement S1.17), and not
 * one that guessers try first ({@link CommonPasswords}).
 */
@Documented
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = StrongPassword.Validator.class)
public @interface StrongPassword {
    /** Also what the first administrator's password is measured against. */
    String RULE =
            "needs 8 to 100 characters with an upper case letter, a lower case letter, a digit and a special character";

    /** Said of a password that obeys the rule and is guessed all the same. */
    String COMMON = "is among the first that are guessed; choose one that is not built on a common word";

    String message() default RULE;

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Null is another constraint's business. */
    final class Validator implements ConstraintValidator<StrongPassword, String> {
        @Override
        public boolean isValid(@Nullable String password, ConstraintValidatorContext context) {
            if (password == null || !strong(password)) {
                return password == null;
            }
            if (CommonPasswords.contain(password)) {
                context.disableDefaultConstraintViolation();
                context.buildConstraintViolationWithTemplate(COMMON).addConstraintViolation();
                return false;
            }
            return true;
        }

        static boolean strong(String password) {
            int length = password.codePointCount(0, password.length());
            return length >= 8
                    && length <= 100
                    && password.codePoints().anyMatch(Character::isUpperCase)
                    && password.codePoints().anyMatch(Character::isLowerCase)
                    && password.codePoints().anyMatch(Character::isDigit)
                    && password.codePoints().anyMatch(Validator::special)
                    && password.codePoints().noneMatch(Character::isISOControl);
        }

        private static boolean special(int character) {
            return !Character.isLetterOrDigit(character) && !Character.isWhitespace(character);
        }
    }
}
