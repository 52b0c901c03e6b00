"""What is left of payments is worked out for those that were there before the column was."""

from sqlalchemy import create_engine, text


def left_of(database):
    engine = create_engine(database.addresses.system)
    with engine.connect() as connection:
        found = dict(connection.execute(text("SELECT id, left_cents FROM payment")).all())
    engine.dispose()
    return found


def test_what_is_left_is_what_the_allocations_leave(app, database):
    from app.extensions import db

    def flask(*arguments):
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()
        result = app.test_cli_runner().invoke(args=["db", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output

    before = left_of(database)
    flask("downgrade", "0003")
    flask("upgrade")

    assert left_of(database) == before
    assert sorted(one for one in before.values() if one) == [2_500, 12_500]
    flask("check")
