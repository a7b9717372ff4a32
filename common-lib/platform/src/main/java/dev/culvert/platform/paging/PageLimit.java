package dev.culvert.platform.paging;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Limits of one {@link PageRequest} parameter where they differ from the usual. */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface PageLimit {
    /** Most items a caller may ask for. */
    int value();

    /** Items when the caller names no number; never more than {@link #value()}. */
    int byDefault() default PageRequest.DEFAULT_LIMIT;
}
