/** How meters are described, registered, labelled and measured; the meters that services share. */
@NullMarked
package dev.whetstone.kit.metrics;

import org.jspecify.annotations.NullMarked;
