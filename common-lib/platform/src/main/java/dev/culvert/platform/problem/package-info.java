/** One exception, one catalogue and one writer for every failure an outsider can meet, in MVC, WebFlux and bare Netty alike. */
@NullMarked
package dev.culvert.platform.problem;

import org.jspecify.annotations.NullMarked;
