package dev.culvert.platform.access;

import dev.culvert.contracts.identity.Permission;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Who may call a controller method. Exactly one kind is stated: {@code open}, {@code signedIn}, or scopes and
 * permissions, all of which the caller needs. A method without it stops the start.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Access {
    /** Anybody; a token is neither needed nor looked at. */
    boolean open() default false;

    /** Anybody with a valid token, whatever its scopes. */
    boolean signedIn() default false;

    /** Scopes of {@link dev.culvert.contracts.identity.Scope} the token must have. */
    String[] scope() default {};

    /** Permissions the caller's roles must grant. */
    Permission[] permission() default {};

    /** Whether the caller must have proven lately who they are, see {@link FreshSignIn}. */
    boolean fresh() default false;
}
