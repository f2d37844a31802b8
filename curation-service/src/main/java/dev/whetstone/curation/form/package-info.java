/**
 * What each kind of feedback becomes, and what holds when feedback on one answer disagrees. Pure.
 */
@NullMarked
package dev.whetstone.curation.form;

import org.jspecify.annotations.NullMarked;
