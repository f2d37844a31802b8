/** The messages and files that services exchange. This module uses no framework. */
@NullMarked
package dev.whetstone.contracts;

import org.jspecify.annotations.NullMarked;
