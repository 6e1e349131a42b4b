"""The personalised programme of a pair (DC16): drafted, agreed, approved, carried out."""
