/** What every service of the suite shares around its own business: one package for each capability. */
@NullMarked
package dev.culvert.platform;

import org.jspecify.annotations.NullMarked;
