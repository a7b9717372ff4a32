/** What a stub of a service needs of Spring Boot. */
@NullMarked
package org.springframework.boot;

import org.jspecify.annotations.NullMarked;
