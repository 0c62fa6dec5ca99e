"""What passages are cut into is kept, and made anew when anything of it changes."""

from dataclasses import replace

from knowledge.passage_texts import TextCache, make_texts


def test_what_is_kept_is_what_would_be_made(tmp_path, passages):
    """Word for word, from the file as from the making."""
    cache = TextCache(tmp_path)
    wanted = [make_texts(p) for p in passages]
    assert list(cache.iter(passages)) == wanted
    assert list(TextCache(tmp_path).iter(passages)) == wanted


def test_a_changed_passage_is_cut_again(tmp_path, passages):
    """Also when only its title, its everyday names or its place changed."""
    cache = TextCache(tmp_path)
    list(cache.iter(passages))
    one = passages[0]
    for changed in (
        replace(one, title="别的名称"),
        replace(one, aliases=("俗名",)),
        replace(one, region="西山区"),
        replace(one, text="别的话。"),
    ):
        assert list(cache.iter([changed])) == [make_texts(changed)]


def test_what_is_known_is_not_cut_again(tmp_path, passages, monkeypatch):
    """That is what makes publishing one change quick."""
    cache = TextCache(tmp_path)
    list(cache.iter(passages))
    made = []
    monkeypatch.setattr(
        "knowledge.passage_texts.make_texts",
        lambda p: made.append(p) or make_texts(p),
    )
    list(cache.iter([replace(passages[0], text="新的话。"), *passages[1:]]))
    assert len(made) == 1
